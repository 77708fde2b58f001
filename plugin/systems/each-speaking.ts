import { query } from "bitecs";
import { Speaking, VoiceComponent } from "../components.ts";
import { failLine, isOver } from "../line-end.ts";
import type { Line, VoicesState } from "../voice-state.ts";

/**
 * Does something with every line being spoken. What it throws becomes the line's failure. The entities are copied first:
 * a listener may add, remove and query them meanwhile.
 */
export function eachSpeaking(state: VoicesState, work: (line: Line) => void): void {
  for (const eid of Array.from(query(state.world, [VoiceComponent, Speaking]))) {
    const line = state.speakers.get(eid)?.current;
    if (line === undefined || isOver(line)) continue;
    try {
      work(line);
    } catch (error) {
      failLine(state, line, error);
    }
  }
}
