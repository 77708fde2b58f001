import { clearTags } from "./systems/clear-tags.ts";
import { endLines } from "./systems/end-lines.ts";
import { fadeByDistance } from "./systems/fade-by-distance.ts";
import { fireEvents } from "./systems/fire-events.ts";
import { pullSpeech } from "./systems/pull-speech.ts";
import { releaseSinks } from "./systems/release-sinks.ts";
import { spendBudget } from "./systems/spend-budget.ts";
import { startLines } from "./systems/start-lines.ts";
import type { VoicesState } from "./voice-state.ts";

/** The order of an update: what was heard first, so that what ended makes room, and the device's work last. */
const SYSTEMS: readonly ((state: VoicesState) => void)[] = [
  clearTags,
  fireEvents,
  endLines,
  releaseSinks,
  startLines,
  fadeByDistance,
  pullSpeech,
  spendBudget,
];

/** Runs every system once. One that throws, which is a bug of the output or of ours, does not stop the others. */
export function runSystems(state: VoicesState): void {
  for (const system of SYSTEMS) {
    try {
      system(state);
    } catch (error) {
      state.onError(error);
    }
  }
}
