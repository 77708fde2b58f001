/** The way of a line from its beginning to its mouth. */
import type { SpeechChunk } from "../runtime/speech/speak.ts";
import { chooseDetail } from "./detail-policy.ts";
import { cacheKeyOf, lineChunks } from "./line-chunks.ts";
import { failLine, isOver } from "./line-end.ts";
import { entityVoice, gainOf, importanceOf, type EntityVoice } from "./line-voice.ts";
import { createSilentSink } from "./silent-sink.ts";
import { syncTags } from "./speakers.ts";
import type { SpeechDetail } from "./voice-line.ts";
import type { VoiceSink } from "./voice-output.ts";
import type { Line, VoicesState } from "./voice-state.ts";

/** Sound computed ahead of the listener. */
const AHEAD_MS = 1500;

/** A first sound later than this is late. */
const FIRST_SOUND_MS = 200;

/** The first sound waits until it outlasts the usual next chunk by this factor. */
const START_MARGIN = 1.25;

/** Weight of a new observation in the mean of `secondChunkMs`, and the largest taken: a lost device is no rule. */
const SECOND_CHUNK_WEIGHT = 0.2;
const LONGEST_SECOND_CHUNK_MS = 500;

/** Distance from the listener, halved by each step of importance and priority. */
export function rankOf({ output }: VoicesState, { speaker, options }: Line): number {
  return output.distanceTo(speaker.eid) / 2 ** (importanceOf(speaker.eid) + (options.priority ?? 0));
}

export function hearingRangeOf(state: VoicesState, { options }: Line): number {
  return options.hearingRange ?? state.hearingRange;
}

/** True when nothing but computing stands between the line and its sound. */
export function mayBeHeard({ soundMs }: VoicesState, { after, options }: Line): boolean {
  if (after === undefined) return true;
  return isOver(after) && soundMs - after.endedAtSoundMs >= (options.gapMs ?? 0);
}

/** Takes a waiting line to its speaker's mouth. What is wrong with it becomes its failure. */
export function beginLine(state: VoicesState, line: Line): void {
  const { speaker } = line;
  speaker.queue = speaker.queue.filter((each) => each !== line);
  speaker.current = line;
  syncTags(state, speaker);
  line.state = "computing";
  line.beganAtMs = state.clock();
  try {
    const voice = entityVoice(speaker.eid, state.adapters, state.manifest);
    line.voiceKey = voice.key;
    line.detail = detailFor(state, line, voice);
    line.chunks = lineChunks(state, line, voice, line.detail);
    if (line.options.hesitate === true && line.detail === "full") hesitate(state, line, voice);
  } catch (error) {
    failLine(state, line, error);
  }
}

function detailFor(state: VoicesState, line: Line, voice: EntityVoice): SpeechDetail {
  const key = cacheKeyOf(state, line, voice);
  const details = [...state.speakers.values()].map(({ current }) => current?.detail);
  return chooseDetail(state.detailPolicy, {
    distance: rankOf(state, line),
    outOfHearing: state.output.distanceTo(line.speaker.eid) >= hearingRangeOf(state, line),
    isCached: key !== undefined && state.cache.has(key),
    hasBabble: () => state.sounds.find("babble", voice) !== undefined,
    live: (detail) => details.filter((each) => each === detail).length,
    budgetShare: state.scheduler.stats.share,
    least: line.options.detail,
  });
}

/** Gives the listener something of that voice at once, when it is at hand. */
function hesitate(state: VoicesState, line: Line, voice: EntityVoice): void {
  const sound = state.sounds.find("hesitation", voice);
  if (sound === undefined || !mayBeHeard(state, line)) return;
  line.sink = openSink(state, line);
  line.sink.write(sound.samples.slice());
  line.hesitationSamples = sound.samples.length;
}

function openSink(state: VoicesState, line: Line): VoiceSink {
  const { eid } = line.speaker;
  const { effect } = line.options;
  line.gain = fadedGain(state, line);
  const options = { gain: line.gain, ...(effect !== undefined && { effect }) };
  const sink = line.detail === "silent" ? undefined : state.output.open(eid, options);
  if (sink !== undefined) return sink;
  line.detail = "silent";
  return createSilentSink(() => state.soundMs, state.manifest.sampleRateHz);
}

/** Part of the hearing range up to which a voice is whole. */
const WHOLE_WITHIN = 0.7;

/** The voice's gain over that of its loudness, falling to 0 where the listener walks out of its hearing range. */
export function fadedGain(state: VoicesState, line: Line): number {
  const range = hearingRangeOf(state, line);
  const part = state.output.distanceTo(line.speaker.eid) / range;
  const fade = range === Infinity ? 1 : (1 - part) / (1 - WHOLE_WITHIN);
  const matched = line.voiceKey === undefined ? 1 : (state.loudness?.gainOf(line.voiceKey) ?? 1);
  return gainOf(line.speaker.eid) * matched * Math.min(1, Math.max(0, fade));
}

/** Milliseconds computed and not yet heard. */
function bufferedMs({ manifest }: VoicesState, { held, sink }: Line): number {
  const inHand = held.reduce((sum, { length }) => sum + length, 0);
  return ((inHand + (sink?.bufferedSamples ?? 0)) * 1000) / manifest.sampleRateHz;
}

/** Tells the scheduler how urgent the line is. */
export function updateDemand(state: VoicesState, line: Line): void {
  line.demand.rank = rankOf(state, line);
  line.demand.slackMs = slackOf(state, line);
}

function slackOf(state: VoicesState, line: Line): number {
  if (!state.output.running || !mayBeHeard(state, line)) return Infinity;
  if (line.sink !== undefined) return bufferedMs(state, line);
  return FIRST_SOUND_MS - (state.clock() - line.beganAtMs);
}

/** Asks for the next chunk when there is not enough ahead. What comes, or fails, is dealt with when it comes. */
export function pullChunk(state: VoicesState, line: Line): void {
  const { chunks } = line;
  const isWanted = chunks !== undefined && line.pullingSinceMs === undefined && !line.complete;
  if (!isWanted || isOver(line) || bufferedMs(state, line) >= AHEAD_MS) return;
  line.pullingSinceMs = state.clock();
  const guarded = (receive: () => void) => {
    if (isOver(line)) return;
    try {
      receive();
      line.pullingSinceMs = undefined;
      pourIntoSink(state, line);
      pullChunk(state, line);
    } catch (error) {
      failLine(state, line, error);
    }
  };
  chunks.next().then(
    ({ done, value }) =>
      guarded(() => {
        if (done === true) line.complete = true;
        else receiveChunk(state, line, value);
      }),
    (error: unknown) =>
      guarded(() => {
        throw error;
      }),
  );
}

function receiveChunk(state: VoicesState, line: Line, { samples, events }: SpeechChunk): void {
  if (line.detail === "full" && line.chunksReceived === 1 && line.pullingSinceMs !== undefined) {
    const tookMs = Math.min(state.clock() - line.pullingSinceMs, LONGEST_SECOND_CHUNK_MS);
    state.secondChunkMs += SECOND_CHUNK_WEIGHT * (tookMs - state.secondChunkMs);
  }
  for (const event of events) if (event.kind === "sentence") line.style = event.style;
  // A whisper is not to be made as loud as a shout.
  const isMeasured = (line.detail === "full" || line.detail === "cached") && line.style === undefined;
  if (isMeasured && line.voiceKey !== undefined) state.loudness?.hear(line.voiceKey, samples);
  line.chunksReceived++;
  line.samples += samples.length;
  line.events.push(...events);
  if (samples.length > 0) line.held.push(samples);
}

/** Gives what is computed to the sink, once the line may be heard and is not likely to run dry at once. */
export function pourIntoSink(state: VoicesState, line: Line): void {
  if (isOver(line) || line.sinkEnded || !mayBeHeard(state, line)) return;
  const hasStarted = line.sink !== undefined;
  const outlasts = bufferedMs(state, line) >= state.secondChunkMs * START_MARGIN;
  if (!hasStarted && !line.complete && (line.held.length === 0 || !outlasts)) return;
  line.sink ??= openSink(state, line);
  for (const samples of line.held.splice(0)) line.sink.write(samples);
  if (!line.complete) return;
  line.sink.end();
  line.sinkEnded = true;
}
