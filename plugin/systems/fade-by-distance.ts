import { fadedGain } from "../line-flow.ts";
import type { VoicesState } from "../voice-state.ts";
import { eachSpeaking } from "./each-speaking.ts";

/** A smaller change cannot be heard. */
const LEAST_CHANGE = 0.01;

/** Follows gain and hearing range while the listener walks. */
export function fadeByDistance(state: VoicesState): void {
  eachSpeaking(state, (line) => {
    if (line.sink === undefined) return;
    const gain = fadedGain(state, line);
    if (Math.abs(gain - line.gain) < LEAST_CHANGE && (gain > 0 || line.gain === 0)) return;
    line.gain = gain;
    line.sink.setGain(gain);
  });
}
