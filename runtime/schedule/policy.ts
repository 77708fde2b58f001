/** Every number the scheduler decides by. Times in milliseconds. */
export interface SchedulePolicy {
  /** Work allowed in a frame. */
  readonly budgetMs: number;
  /** A frame that took longer than this was late. */
  readonly targetFrameMs: number;
  /** Late means longer than the target by this factor; a vertical sync that jitters is not late. */
  readonly lateFactor: number;
  /** What a late frame makes of the budget, and how far down it may go, as parts of it. */
  readonly backOff: number;
  readonly floor: number;
  /** What each frame in time makes of the budget until it is whole again. */
  readonly recovery: number;
  /** Work allowed in a turn in which no frame was drawn. */
  readonly hiddenBudgetMs: number;
  /** Submissions that may be under way: more would only pile up in the device's queue. */
  readonly submissionsInFlight: number;
  /** A call that waited longer comes first, the oldest before others. */
  readonly starvationMs: number;
  /** Slack is compared in steps of this, so that importance counts among voices about equally near to silence. */
  readonly slackStepMs: number;
  /** A line that has more than this ahead lets its call wait for others to go along. */
  readonly patientMs: number;
  /** How long lines wait for another backend after theirs failed: weights may have to be read and kernels compiled. */
  readonly recoveryMs: number;
  /** A failed call is tried again after this, on whichever backend there is. */
  readonly retryMs: number;
  /**
   * A backend that is not paced does work that no line waits for, such as a step of training, only while every line that
   * somebody hears has so many times as much left as the last such call took.
   */
  readonly backgroundSlack: number;
  /** Sentences that may be open in the backend. */
  readonly slots: number;
}

export const SCHEDULE_POLICY: SchedulePolicy = {
  budgetMs: 2,
  targetFrameMs: 1000 / 60,
  lateFactor: 1.2,
  backOff: 0.5,
  floor: 0.25,
  recovery: 1.05,
  hiddenBudgetMs: 30,
  submissionsInFlight: 3,
  starvationMs: 500,
  slackStepMs: 100,
  patientMs: 1000,
  recoveryMs: 15_000,
  retryMs: 1000,
  backgroundSlack: 2,
  slots: 8,
};

/** How calls of lines become calls of the backend. */
export interface CallPolicy {
  /** Calls under way at a time. */
  readonly inFlight: number;
  /** Sentences in one call. */
  readonly merged: number;
  /** Frames in one call: what is asked for in larger pieces is done in steps, so that an urgent line need not wait long. */
  readonly frames: number;
}

/** A paced backend does a batch nearly as fast as one sentence; any other does one after the other, beside this thread. */
export const CALL_POLICIES: Readonly<Record<"paced" | "plain", CallPolicy>> = {
  paced: { inFlight: 4, merged: 8, frames: 4 },
  plain: { inFlight: 2, merged: 1, frames: 4 },
};
