import { pourIntoSink, pullChunk, updateDemand } from "../line-flow.ts";
import type { VoicesState } from "../voice-state.ts";
import { eachSpeaking } from "./each-speaking.ts";

/** Keeps every mouth supplied: says how urgent each line is, passes on what is computed and asks for more. */
export function pullSpeech(state: VoicesState): void {
  eachSpeaking(state, (line) => {
    updateDemand(state, line);
    pourIntoSink(state, line);
    pullChunk(state, line);
  });
}
