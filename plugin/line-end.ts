import type { EntityId } from "bitecs";
import type { LineEnd, LineState } from "./voice-line.ts";
import type { Line, Speaker, VoicesState } from "./voice-state.ts";
import { syncTags } from "./speakers.ts";

const OVER: ReadonlySet<LineState> = new Set(["finished", "cancelled", "failed", "dropped"]);

const DEFAULT_FADE_MS = 5;

export function isOver({ state }: Line): boolean {
  return OVER.has(state);
}

/** Ends a line in any state, whatever else is going on; does nothing when it is over. */
export function endLine(
  state: VoicesState,
  line: Line,
  ending: Omit<LineEnd, "heardMs">,
  fadeMs = DEFAULT_FADE_MS,
): void {
  if (isOver(line)) return;
  line.state = ending.state;
  line.error = ending.error;
  line.endedAtSoundMs = state.soundMs + (line.sink?.done === false ? fadeMs : 0);
  line.held = [];
  line.over.abort(new DOMException("The line is over.", "AbortError"));
  line.chunks?.return().catch(() => undefined); // whatever it throws now concerns nobody
  try {
    letGoOfSink(state, line, fadeMs);
  } catch (error) {
    state.onError(error);
  }
  leaveSpeaker(state, line);
  line.tell.started(false); // only the first call counts
  const end = { ...ending, heardMs: line.view.playedMs };
  line.tell.finished(end);
  state.tell.ended.tell({ line: line.view, end });
}

/** Ends a line with what went wrong as a value. */
export function failLine(state: VoicesState, line: Line, thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
  endLine(state, line, { state: "failed", error });
}

function letGoOfSink(state: VoicesState, line: Line, fadeMs: number): void {
  const { sink } = line;
  if (sink === undefined) return;
  line.playedSamples = Math.max(0, sink.playedSamples - line.hesitationSamples);
  line.sink = undefined;
  state.underruns += sink.underruns;
  if (sink.done) return sink.release();
  state.fading.set(sink, line.view.eid);
  sink.stop(fadeMs);
}

function leaveSpeaker(state: VoicesState, { speaker }: Line): void {
  const wasCurrent = speaker.current !== undefined && isOver(speaker.current);
  if (wasCurrent) speaker.current = undefined;
  speaker.queue = speaker.queue.filter((each) => !isOver(each));
  syncTags(state, speaker);
}

/** Cuts off and gives back the sinks of an entity that are still fading. */
export function releaseFading({ fading, onError }: VoicesState, eid: EntityId): void {
  for (const [sink, owner] of fading) {
    if (owner !== eid) continue;
    fading.delete(sink);
    try {
      sink.stop(0);
      sink.release();
    } catch (error) {
      onError(error);
    }
  }
}

/** Ends all lines of a speaker, those waiting first so that none of them begins. */
export function hushSpeaker(state: VoicesState, { queue, current }: Speaker, fadeMs?: number): void {
  for (const line of queue.toReversed()) endLine(state, line, { state: "cancelled" }, fadeMs);
  if (current !== undefined) endLine(state, current, { state: "cancelled" }, fadeMs);
}
