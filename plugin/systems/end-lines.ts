import { endLine } from "../line-end.ts";
import type { VoicesState } from "../voice-state.ts";
import { eachSpeaking } from "./each-speaking.ts";
import { fireHeard } from "./fire-events.ts";

/** Ends the lines that were heard to their end, and those whose sink was taken away. */
export function endLines(state: VoicesState): void {
  eachSpeaking(state, (line) => {
    if (line.sink?.done !== true) return;
    if (line.sinkEnded) {
      line.playedSamples = line.samples;
      fireHeard(state, line);
    }
    endLine(state, line, { state: line.sinkEnded ? "finished" : "cancelled" });
  });
}
