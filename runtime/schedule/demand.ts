import type { SchedulePolicy } from "./policy.ts";

/** How much a line wants its calls; its owner keeps it up to date. */
export interface Demand {
  /**
   * Milliseconds until the listener notices: until the line runs dry, or until its first sound is late (may be negative).
   * Infinity while nobody listens; its open sentence may then be taken away and made again later.
   */
  slackMs: number;
  /** Among equally urgent lines the smaller comes first; for example the distance. */
  rank: number;
  /** The line is over: its calls reject with the signal's reason. */
  readonly signal: AbortSignal;
}

/** What is compared of a waiting call. */
export interface Waiting {
  readonly demand: Demand;
  /** Since it was asked for, or last served in part. */
  sinceMs: number;
  /** Grows from call to call. */
  readonly order: number;
}

/** True while the line has enough ahead for others to ask as well; what has waited too long is not patient. */
export function isPatient(
  { demand: { slackMs }, sinceMs }: Waiting,
  nowMs: number,
  { patientMs, starvationMs }: SchedulePolicy,
): boolean {
  return slackMs > patientMs && slackMs < Infinity && nowMs - sinceMs <= starvationMs;
}

/** Orders waiting calls: the starved by age, then by slack, then by rank, then as they came. */
export function byUrgency(
  nowMs: number,
  { starvationMs, slackStepMs }: SchedulePolicy,
): (a: Waiting, b: Waiting) => number {
  const starvedSince = ({ sinceMs }: Waiting) => (nowMs - sinceMs > starvationMs ? sinceMs : Infinity);
  const slackStep = ({ demand }: Waiting) => Math.floor(demand.slackMs / slackStepMs);
  return (a, b) =>
    compare(starvedSince(a), starvedSince(b)) ||
    compare(slackStep(a), slackStep(b)) ||
    compare(a.demand.rank, b.demand.rank) ||
    a.order - b.order;
}

/** Also for infinities, whose difference is no number. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
