/** A line before it is computed: how long it will be and when its words would come, from its symbols alone. */
import type { Manifest } from "../runtime/manifest.ts";
import type { SpeechChunk } from "../runtime/speech/speak.ts";
import { eventAt, sentenceEvents, type SpeechEvent } from "../runtime/speech/speech-events.ts";
import type { UserLexicon } from "../runtime/text/lexicon.ts";
import { phonemizeLazily, type TextSegment } from "../runtime/text/phonemize.ts";

/** Fitted to nine sentences of six voices of the small model; right to a tenth for most lines. */
const FRAMES_PER_SYMBOL = 1.05;
/** For which the final mark rests. */
const RESTING_FRAMES = 4;

/** The symbol of every frame, [T]: each symbol for equally long, then the rest on the final mark. */
function plannedFrames(symbolCount: number): Int32Array {
  const moving = Math.round(symbolCount * FRAMES_PER_SYMBOL);
  return Int32Array.from({ length: moving + RESTING_FRAMES }, (_, frame) =>
    Math.min(symbolCount - 1, Math.floor((frame * symbolCount) / moving)),
  );
}

function plannedSamples(segment: TextSegment, { sampleRateHz, samplesPerLatent }: Manifest): number {
  return segment.kind === "pause"
    ? Math.round((segment.durationMs * sampleRateHz) / 1000)
    : plannedFrames(segment.symbols.length).length * samplesPerLatent;
}

/** Of a longer text only so many characters are read before it is spoken, and the rest is taken to be like them. */
const MOST_CHARACTERS = 1500;

/**
 * Milliseconds that a text will take at speed 1, pauses included.
 * @throws VoiceTextError when there is nothing to say
 */
export function plannedDurationMs(text: string, lexicon: UserLexicon, manifest: Manifest): number {
  let samples = 0;
  const read = text.slice(0, MOST_CHARACTERS);
  for (const segment of phonemizeLazily(read, { lexicon })) samples += plannedSamples(segment, manifest);
  return ((samples * 1000) / manifest.sampleRateHz) * (text.length / read.length);
}

/**
 * A text as silence with events, said at `speed`: one chunk for each sentence or pause.
 * @throws VoiceTextError when there is nothing to say
 */
export function* plannedChunks(
  text: string,
  lexicon: UserLexicon,
  manifest: Manifest,
  speed: number,
): Generator<SpeechChunk, void, undefined> {
  const { sampleRateHz, samplesPerLatent } = manifest;
  let startSample = 0;
  for (const segment of phonemizeLazily(text, { lexicon })) {
    const samples = new Float32Array(Math.round(plannedSamples(segment, manifest) / speed));
    const clock = { sampleRateHz, samplesPerFrame: samplesPerLatent / speed, startSample };
    const events: SpeechEvent[] =
      segment.kind === "pause" ? [] : sentenceEvents(segment, plannedFrames(segment.symbols.length), clock);
    yield { samples, startSample, events };
    startSample += samples.length;
  }
  const end = eventAt({ kind: "end" }, startSample, sampleRateHz);
  yield { samples: new Float32Array(0), startSample, events: [end] };
}
