import type { SpeechDetail } from "./voice-line.ts";

/** How well a line is spoken. The first row that fits decides; the last always fits. */
export interface DetailRow {
  readonly detail: Exclude<SpeechDetail, "cached">;
  /** In scene units, halved by each step of importance and priority; the row fits up to here. */
  readonly within: number;
  /** Lines of this detail that may be live before this one; fewer while the game's own frames are late. */
  readonly most: number;
}

export const DETAIL_POLICY: readonly DetailRow[] = [
  { detail: "full", within: 15, most: 8 },
  { detail: "babble", within: 40, most: 16 },
  { detail: "silent", within: Infinity, most: Infinity },
];

const BEST_FIRST: readonly SpeechDetail[] = ["full", "cached", "babble", "silent"];

/** What is known when a line begins. */
export interface DetailSituation {
  /** In scene units, importance taken into account. */
  readonly distance: number;
  /** The listener cannot hear it anyway. */
  readonly outOfHearing: boolean;
  readonly isCached: boolean;
  /** Asked only when the line would babble. */
  readonly hasBabble: () => boolean;
  /** Live lines of a detail. */
  readonly live: (detail: SpeechDetail) => number;
  /** Part of the frame budget that is left, to 1. */
  readonly budgetShare: number;
  /** Least detail wanted. */
  readonly least: SpeechDetail | undefined;
}

/** A line spoken before costs nothing, so it is heard however far it is; what is out of hearing is silent. */
export function chooseDetail(policy: readonly DetailRow[], situation: DetailSituation): SpeechDetail {
  const { distance, outOfHearing, isCached, hasBabble, live, budgetShare, least = "silent" } = situation;
  const isEnough = (detail: SpeechDetail) => BEST_FIRST.indexOf(detail) <= BEST_FIRST.indexOf(least);
  if (outOfHearing && least === "silent") return "silent";
  if (isCached) return "cached";
  const fits = ({ detail, within, most }: DetailRow) =>
    distance <= within && live(detail) < Math.max(1, most * budgetShare);
  const row = policy.find((each) => isEnough(each.detail) && fits(each));
  const chosen = row?.detail ?? policy.findLast(({ detail }) => isEnough(detail))?.detail ?? "silent";
  return chosen === "babble" && !hasBabble() ? "silent" : chosen;
}
