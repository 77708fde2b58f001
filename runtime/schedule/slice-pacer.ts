import type { PacedBackend, Slice, SpeechBackend } from "../backend.ts";
import type { CostModel } from "./cost-model.ts";
import type { SchedulePolicy } from "./policy.ts";

/** Hands a paced backend's slices to the device, as many as fit. */
export interface SlicePacer {
  /** Milliseconds that the lines' work which waits is expected to take. */
  readonly waitingMs: number;
  /**
   * Submits what fits into `budgetMs`; one slice always does. Nothing while enough submissions are under way.
   */
  submit(budgetMs: number): void;
  /** Milliseconds of the slices that have run since this was last asked. */
  takeElapsedMs(): number;
  /** Stops listening. */
  release(): void;
}

export function isPaced(backend: SpeechBackend): backend is PacedBackend {
  return "slices" in backend;
}

export function createSlicePacer(
  { slices }: PacedBackend,
  costs: CostModel,
  { submissionsInFlight }: SchedulePolicy,
): SlicePacer {
  let inFlight = 0;
  let elapsed = 0;
  slices.onFinished = (finished, elapsedMs) => {
    inFlight = Math.max(0, inFlight - 1);
    elapsed += elapsedMs;
    costs.learn(finished, elapsedMs);
  };
  return {
    get waitingMs() {
      const ofLines = slices.waiting.filter(({ isBackground }) => isBackground !== true);
      return ofLines.reduce((sum, slice) => sum + costs.price(slice), 0);
    },
    submit(budgetMs) {
      if (inFlight >= submissionsInFlight) return;
      const count = fitting(slices.waiting, costs, budgetMs);
      if (count === 0) return;
      inFlight++;
      slices.submit(count);
    },
    takeElapsedMs() {
      const taken = elapsed;
      elapsed = 0;
      return taken;
    },
    release() {
      slices.onFinished = undefined;
    },
  };
}

function fitting(waiting: readonly Slice[], costs: CostModel, budgetMs: number): number {
  let total = 0;
  const over = waiting.findIndex((slice) => (total += costs.price(slice)) > budgetMs);
  return over === -1 ? waiting.length : Math.max(1, over);
}
