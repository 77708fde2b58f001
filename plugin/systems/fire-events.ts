import { isOver } from "../line-end.ts";
import type { Line, VoicesState } from "../voice-state.ts";
import { eachSpeaking } from "./each-speaking.ts";

/** First sounds remembered for the figures. */
const MOST_FIRST_SOUNDS = 32;

/** Tells of what was heard since the last update, by the clock of each line's sink. */
export function fireEvents(state: VoicesState): void {
  eachSpeaking(state, (line) => {
    if (line.sink === undefined || line.sink.playedSamples === 0) return;
    if (line.state === "computing") becomeAudible(state, line);
    line.playedSamples = Math.max(0, line.sink.playedSamples - line.hesitationSamples);
    if (line.sink.playedSamples > line.hesitationSamples) fireHeard(state, line);
  });
}

function becomeAudible(state: VoicesState, line: Line): void {
  line.state = "audible";
  if (line.detail === "full") {
    state.firstSoundMs.push(state.clock() - line.beganAtMs);
    if (state.firstSoundMs.length > MOST_FIRST_SOUNDS) state.firstSoundMs.shift();
  }
  line.tell.started(true);
  state.tell.started.tell(line.view);
}

/** Tells of the events up to the sample played; a listener may end the line. */
export function fireHeard(state: VoicesState, line: Line): void {
  for (; !isOver(line); line.nextEvent++) {
    const event = line.events[line.nextEvent];
    if (event === undefined || event.sample > line.playedSamples) return;
    line.tell.event(event);
    state.tell.event.tell({ line: line.view, event });
  }
}
