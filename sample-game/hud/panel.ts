import type { VoiceStats } from "../../plugin/index.ts";
import { createBudgetGraph } from "./budget-graph.ts";
import { element } from "./element.ts";

export interface Panel {
  /** Once a frame. */
  update(stats: VoiceStats, framesPerSecond: number, isLocked: boolean): void;
}

const REFRESH_MS = 250;

/** Figures of the speech plugin; a click folds it. `graphics` names what draws the picture. */
export function createPanel(parent: HTMLElement, graphics: string): Panel {
  const root = element("section", "panel", parent);
  const head = element("button", "panel-head", root);
  element("span", "panel-title", head, "speech");
  const work = element("span", "work", head);
  const graph = createBudgetGraph(element("canvas", "graph", root));
  const rows = element("dl", "rows", root);
  const row = (label: string) => {
    element("dt", "", rows, label);
    return element("dd", "", rows);
  };
  const voices = row("voices");
  const latency = row("first sound");
  const underruns = row("underruns");
  const backend = row("voices by");
  const picture = row("picture by");
  head.addEventListener("click", () => root.classList.toggle("folded"));
  if (window.matchMedia("(max-width: 640px)").matches) root.classList.add("folded");
  let refreshedMs = -REFRESH_MS;
  return {
    update(stats, framesPerSecond, isLocked) {
      graph.add(stats.speechMs, stats.budgetMs);
      const nowMs = performance.now();
      if (nowMs - refreshedMs < REFRESH_MS) return;
      refreshedMs = nowMs;
      work.textContent = workText(stats);
      voices.textContent = `${stats.live} live, ${stats.queued} queued, ${stats.degraded} degraded`;
      latency.textContent = latencyText(stats.firstSoundMs);
      underruns.textContent = String(stats.underruns);
      backend.textContent = isLocked ? `${stats.backend}, sound locked` : stats.backend;
      picture.textContent = `${graphics}, ${Math.round(framesPerSecond)} fps`;
    },
  };
}

function workText({ speechMs, budgetMs }: VoiceStats): string {
  if (budgetMs === 0) return "off the frame";
  return `${speechMs.toFixed(1)} / ${budgetMs.toFixed(1)} ms a frame`;
}

function latencyText(firstSoundMs: readonly number[]): string {
  const last = firstSoundMs.at(-1);
  if (last === undefined) return "none yet";
  const sorted = firstSoundMs.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  return `${Math.round(last)} ms, median ${Math.round(median)} ms`;
}
