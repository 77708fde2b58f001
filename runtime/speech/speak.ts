import type { FrameBatch, SentenceRequest, SpeechBackend } from "../backend.ts";
import { BackendError } from "../errors.ts";
import type { Manifest } from "../manifest.ts";
import { breathOf, canWhisper, conditioningOf, gainOf, type Manner } from "../styles.ts";
import { phonemizeLazily, type SentenceSegment } from "../text/phonemize.ts";
import { eventAt, sentenceEvents, type SpeechEvent } from "./speech-events.ts";
import { resolveOptions, type LineSettings, type SpeechOptions } from "./speech-options.ts";
import { mostFrames } from "./stop-rule.ts";
import { symbolIdsOf } from "./symbol-ids.ts";

/** A piece of a line. The chunks of a line follow each other without gap or overlap. */
export interface SpeechChunk {
  /** Mono PCM at the manifest's sample rate, about -1..1; may be empty. */
  readonly samples: Float32Array;
  /** Where it starts, in samples from the start of the line. */
  readonly startSample: number;
  /** What happens in it, in order of time; no event comes before `startSample`. */
  readonly events: readonly SpeechEvent[];
}

/**
 * Frames to make for the first, second, ... chunk of a line; the last number holds for all others. Small first, because
 * the player waits for it; large later, because each decoder call has a fixed price.
 */
const CHUNK_FRAMES = [2, 4, 8, 12] as const;
const LARGEST_CHUNK_FRAMES = 12;

/** What all sentences of a line share. */
interface Line {
  readonly backend: SpeechBackend;
  readonly manifest: Manifest;
  readonly settings: LineSettings;
  readonly idsOf: (sentence: readonly string[]) => Int32Array;
  readonly nextChunkFrames: () => number;
}

/**
 * Speaks a text as a stream of chunks, sentence after sentence; work is only done when the next chunk is asked for. The
 * last chunk is empty and holds the `end` event. Leaving the loop early frees everything.
 * @throws VoiceTextError when there is nothing to say, RangeError for a bad option, WeightsError when the model lacks a
 * symbol, BackendError when the device fails, or the signal's reason
 */
export async function* speak(
  backend: SpeechBackend,
  manifest: Manifest,
  text: string,
  options: SpeechOptions = {},
): AsyncGenerator<SpeechChunk, void, undefined> {
  const line = openLine(backend, manifest, options);
  const { lexicon, signal } = line.settings;
  let startSample = 0;
  for (const segment of phonemizeLazily(text, { lexicon })) {
    const chunks =
      segment.kind === "pause"
        ? silence(Math.round((segment.durationMs * manifest.sampleRateHz) / 1000), manifest, startSample)
        : speakSentence(line, segment, startSample);
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      startSample += chunk.samples.length;
      yield chunk;
    }
  }
  const end = eventAt({ kind: "end" }, startSample, manifest.sampleRateHz);
  yield { samples: new Float32Array(0), startSample, events: [end] };
}

function openLine(backend: SpeechBackend, manifest: Manifest, options: SpeechOptions): Line {
  const settings = resolveOptions(options, manifest);
  settings.signal?.throwIfAborted();
  let chunk = 0;
  return {
    backend,
    manifest,
    settings,
    idsOf: symbolIdsOf(manifest),
    nextChunkFrames: () => CHUNK_FRAMES[chunk++] ?? LARGEST_CHUNK_FRAMES,
  };
}

/** Zeros in chunks no longer than those of speech. */
function* silence(
  total: number,
  { samplesPerLatent }: Manifest,
  firstSample: number,
): Generator<SpeechChunk> {
  const largest = LARGEST_CHUNK_FRAMES * samplesPerLatent;
  for (let done = 0; done < total; done += largest) {
    const samples = new Float32Array(Math.min(largest, total - done));
    yield { samples, startSample: firstSample + done, events: [] };
  }
}

async function* speakSentence(
  { backend, manifest, settings, idsOf, nextChunkFrames }: Line,
  segment: SentenceSegment,
  firstSample: number,
): AsyncGenerator<SpeechChunk> {
  const clock = {
    sampleRateHz: manifest.sampleRateHz,
    samplesPerFrame: manifest.samplesPerLatent,
    startSample: firstSample,
  };
  const manner = settings.mannerOf(segment);
  const handle = await backend.openSentence(requestOf(segment, manner, settings, idsOf, manifest));
  try {
    const spoken: number[] = [];
    for (let startSample = firstSample, ended = false; !ended;) {
      settings.signal?.throwIfAborted();
      const batch = theOnly(await backend.advance([handle], nextChunkFrames()));
      spoken.push(...batch.symbolIndices);
      ended = batch.ended !== undefined;
      refuseRunaway(batch, spoken.length, mostFrames(segment.symbols.length, manifest.stop));
      const samples = amplified(theOnly(await backend.decode([handle])), gainOf(manner));
      const endSample = ended ? Infinity : startSample + samples.length;
      const events = sentenceEvents(segment, spoken, clock, manner?.style);
      const isNew = ({ sample }: SpeechEvent) => sample >= startSample && sample < endSample;
      yield { samples, startSample, events: events.filter(isNew) };
      startSample += samples.length;
    }
  } finally {
    await backend.close(handle);
  }
}

function requestOf(
  { text, symbols }: SentenceSegment,
  manner: Manner | undefined,
  { speaker, temperature, adapter, noiseOf }: LineSettings,
  idsOf: Line["idsOf"],
  manifest: Manifest,
): SentenceRequest {
  const conditioning = conditioningOf(speaker, manifest, manner);
  const breath = canWhisper(manifest) ? breathOf(manner) : 0;
  return {
    conditioning,
    symbols: idsOf(symbols),
    noise: noiseOf(text),
    temperature,
    ...(breath > 0 && { breath }),
    ...(adapter && { adapter }),
  };
}

function amplified(samples: Float32Array, gain: number): Float32Array {
  return gain === 1 ? samples : samples.map((sample) => sample * gain);
}

function theOnly<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined)
    throw new BackendError("The backend gave no result for an open sentence. Report this bug.");
  return first;
}

/** A sentence ends by construction; a backend that breaks the rule must not hang the game. */
function refuseRunaway({ symbolIndices, ended }: FrameBatch, frames: number, most: number): void {
  if (frames <= most && (symbolIndices.length > 0 || ended !== undefined)) return;
  throw new BackendError(
    `The backend does not end a sentence: ${frames} frames made, at most ${most} are possible. Report this bug.`,
  );
}
