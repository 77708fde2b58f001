import type { EntityId } from "bitecs";
import { BackendError, VoiceTextError } from "../runtime/errors.ts";
import { hasVoice } from "./components.ts";
import { createLine } from "./line.ts";
import { endLine, failLine, hushSpeaker } from "./line-end.ts";
import { speakerOf, syncTags } from "./speakers.ts";
import type { SpeakOptions } from "./voice-line.ts";
import type { Line, Speaker, VoicesState } from "./voice-state.ts";

/** Lines that may wait for one voice. */
export const MOST_QUEUED = 64;

/** Takes a line on; what is wrong with it, or in its way, is the line's end and is never thrown. */
export function requestLine(
  state: VoicesState,
  eid: EntityId,
  script: string | AsyncIterable<string>,
  options: SpeakOptions,
): Line {
  const refusal = refusalOf(state, eid, script, options);
  if (refusal !== undefined) {
    const line = createLine(state, strayOf(eid), script, options);
    failLine(state, line, refusal);
    return line;
  }
  const { policy = "queue", signal } = options;
  const speaker = speakerOf(state, eid);
  if (policy === "cut") hushSpeaker(state, speaker);
  const line = createLine(state, speakerOf(state, eid), script, options);
  if (signal?.aborted === true) {
    endLine(state, line, { state: "cancelled" });
    return line;
  }
  const isBusy = line.speaker.current !== undefined || line.speaker.queue.length > 0;
  if ((policy === "drop" && isBusy) || line.speaker.queue.length >= MOST_QUEUED) {
    endLine(state, line, { state: "dropped" });
    return line;
  }
  signal?.addEventListener("abort", () => line.view.cancel(), { signal: line.over.signal });
  insert(line);
  syncTags(state, line.speaker);
  state.tell.queued.tell(line.view);
  return line;
}

/** A speaker that is nobody's, for a line that will not be spoken. */
function strayOf(eid: EntityId): Speaker {
  return { eid, alive: false, current: undefined, queue: [] };
}

/** Before the first line of less priority, so that equals keep their order. */
function insert(line: Line): void {
  const { queue } = line.speaker;
  const priority = line.options.priority ?? 0;
  const place = queue.findIndex(({ options }) => (options.priority ?? 0) < priority);
  queue.splice(place === -1 ? queue.length : place, 0, line);
}

function refusalOf(
  { disposed, world }: VoicesState,
  eid: EntityId,
  script: string | AsyncIterable<string>,
  { policy = "queue" }: SpeakOptions,
): Error | undefined {
  if (disposed) return new BackendError("The voices were disposed. Create new ones to speak.");
  if (!hasVoice(world, eid)) {
    return new RangeError(
      `Entity ${eid} has no voice; allowed: a living entity with VoiceComponent. ` +
        `Call addComponent(world, ${eid}, VoiceComponent) first.`,
    );
  }
  if (!["queue", "cut", "drop"].includes(policy)) {
    return new RangeError(`policy is ${JSON.stringify(policy)}; allowed: "queue", "cut" or "drop".`);
  }
  return isScript(script) ? undefined : unspeakable(script);
}

function isScript(script: unknown): boolean {
  if (typeof script === "string") return script.trim() !== "";
  return typeof script === "object" && script !== null && Symbol.asyncIterator in script;
}

function unspeakable(script: unknown): VoiceTextError {
  const given = typeof script === "string" ? "an empty text" : `${String(script)} (${typeof script})`;
  return new VoiceTextError(
    `speak was given ${given}. Allowed: a string with something to say, or an async iterable of strings. ` +
      `Write a word, or do not call speak for this line.`,
  );
}
