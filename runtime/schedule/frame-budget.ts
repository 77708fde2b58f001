import type { SchedulePolicy } from "./policy.ts";

export interface FrameBudget {
  /** Milliseconds allowed in the present turn. */
  readonly ms: number;
  /** Part of the whole budget that is left of it while frames are late, 0 to 1. */
  readonly share: number;
  /** Begins a turn. `frameMs`: how long the last frame took; undefined when none was drawn. */
  next(frameMs: number | undefined): void;
}

/** Steps back when the game's frames are late and recovers when they are not; with no frame drawn it is generous. */
export function createFrameBudget(policy: SchedulePolicy): FrameBudget {
  const { budgetMs, hiddenBudgetMs, targetFrameMs, lateFactor, backOff, floor, recovery } = policy;
  let share = 1;
  let hidden = false;
  return {
    get ms() {
      return hidden ? hiddenBudgetMs : budgetMs * share;
    },
    get share() {
      return share;
    },
    next(frameMs) {
      hidden = frameMs === undefined;
      if (frameMs === undefined) return;
      const isLate = frameMs > targetFrameMs * lateFactor;
      share = isLate ? Math.max(floor, share * backOff) : Math.min(1, share * recovery);
    },
  };
}
