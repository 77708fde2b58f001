import type { VoicesState } from "../voice-state.ts";

/** Lets the scheduler use what the frame has left for speech. */
export function spendBudget({ scheduler, nowMs, frameMs }: VoicesState): void {
  scheduler.frame(nowMs, frameMs);
}
