/**
 * Which symbol every frame of a recording speaks. The pointer cannot tell: it foresees where the model itself goes next
 * and does not hear a slower speaker. So the model speaks the transcript, where the pointer knows the symbols, and
 * dynamic time warping of mel cepstra carries them over to the recording.
 *
 * Measured on 48 sentences of held-out speakers (npm run bench -- align): 82 % of the frames get the very symbol of the
 * corpus's labels, all 2000 that or its neighbour; in time they are 0.03 frames off.
 */
import type { Manifest } from "../manifest.ts";
import { CEPSTRUM_SIZE, melCepstraOf } from "../audio/mel-cepstrum.ts";
import { joinFloats } from "../join.ts";
import type { SpokenSentence } from "./speak-sentence.ts";
import { type TimeWarp, warpTime } from "./time-warp.ts";
import { yieldThread } from "../yield-thread.ts";

const WINDOWS_A_LATENT = 4;

/** Steps along the warp over which the cost is averaged: about a second, long enough for a few words. */
const COST_STEPS = 80;

/** A sentence of the recording. */
export interface AlignedSentence {
  /** The same as the model speaks it. */
  readonly spoken: SpokenSentence;
  /** First frame of the recording that belongs to it. */
  readonly firstFrame: number;
  /** [T] the symbol each of its frames speaks, never falling. */
  readonly symbolIndices: Int32Array;
}

export interface Alignment {
  /**
   * Mean cepstral distance over the second that fits worst. In the corpus (npm run bench -- align) 1.8 to 3.6 for matched
   * text, 3.3 to 5.1 under white noise 20 dB below, 4.8 to 8.4 for wrong texts.
   */
  readonly cost: number;
  /** Mean cepstral distance over all of it. */
  readonly meanCost: number;
  /** The sentences that have frames, in order. */
  readonly sentences: readonly AlignedSentence[];
}

/**
 * Aligns a recording (mono, whole latents, silence at its ends as `cutSpeech` leaves it) with its text as the model
 * speaks it. Works in pieces of about 30 ms for 10 s of speech.
 * @throws the signal's reason
 */
export async function alignSpeech(
  samples: Float32Array,
  spoken: readonly SpokenSentence[],
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<Alignment> {
  const heard = featuresOf(samples, manifest);
  await yieldThread(signal);
  const said = featuresOf(joinFloats(spoken.map((each) => each.samples)), manifest);
  await yieldThread(signal);
  const distance = (row: number, column: number) => distanceBetween(heard, row, said, column);
  const warp = warpTime(heard.windows, said.windows, distance);
  const frames = samples.length / manifest.samplesPerLatent;
  return {
    cost: worstStretch(warp, distance),
    meanCost: warp.cost,
    sentences: sentencesOf(placesOf(warp, frames), spoken),
  };
}

interface Features {
  readonly windows: number;
  /** [windows, FEATURES] */
  readonly values: Float32Array;
}

const FEATURES = CEPSTRUM_SIZE + 1;
/** Weight of the loudness (ln of energy) beside the cepstral coefficients. */
const LOUDNESS_WEIGHT = 0.5;
/** ln of energy below the loud parts at which a window counts as speech; and as silence. */
const SPEECH_DEPTH = 6;
const SILENCE_DEPTH = 8;

/** Cepstra less their mean over speech, which takes speaker and microphone out, and the loudness below the loud parts. */
function featuresOf(samples: Float32Array, { sampleRateHz, samplesPerLatent }: Manifest): Features {
  const { windows, energy, shape } = melCepstraOf(samples, sampleRateHz, samplesPerLatent / WINDOWS_A_LATENT);
  const loud = energy.toSorted()[Math.floor(windows * 0.95)] ?? 0;
  const speech = Array.from({ length: windows }, (_, i) => i).filter(
    (i) => (energy[i] ?? 0) > loud - SPEECH_DEPTH,
  );
  const mean = Float64Array.from({ length: CEPSTRUM_SIZE }, (_, k) =>
    speech.reduce((sum, i) => sum + (shape[i * CEPSTRUM_SIZE + k] ?? 0) / speech.length, 0),
  );
  const values = Float32Array.from({ length: windows * FEATURES }, (_, index) => {
    const window = Math.floor(index / FEATURES);
    const k = index % FEATURES;
    if (k < CEPSTRUM_SIZE) return (shape[window * CEPSTRUM_SIZE + k] ?? 0) - (mean[k] ?? 0);
    return LOUDNESS_WEIGHT * Math.max((energy[window] ?? 0) - loud, -SILENCE_DEPTH);
  });
  return { windows, values };
}

function distanceBetween(a: Features, row: number, b: Features, column: number): number {
  let sum = 0;
  for (let k = 0; k < FEATURES; k++) {
    const difference = (a.values[row * FEATURES + k] ?? 0) - (b.values[column * FEATURES + k] ?? 0);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/** Highest mean distance over any COST_STEPS steps along the way. */
function worstStretch(
  { rows, columns }: TimeWarp,
  distance: (row: number, column: number) => number,
): number {
  const steps = Array.from(rows, (row, i) => distance(row, columns[i] ?? 0));
  const length = Math.min(COST_STEPS, steps.length);
  let sum = 0;
  let worst = 0;
  for (const [i, step] of steps.entries()) {
    sum += step - (steps[i - length] ?? 0);
    if (i >= length - 1) worst = Math.max(worst, sum / length);
  }
  return worst;
}

/** [frames] where the centre of each frame of the recording lies in the spoken text, in frames of that. */
function placesOf({ rows, columns }: TimeWarp, frames: number): Float64Array {
  const sums = new Float64Array(frames * WINDOWS_A_LATENT);
  const counts = new Float64Array(sums.length);
  rows.forEach((row, i) => {
    sums[row] = (sums[row] ?? 0) + (columns[i] ?? 0) + 0.5;
    counts[row] = (counts[row] ?? 0) + 1;
  });
  const windowPlace = (window: number) => (sums[window] ?? 0) / (counts[window] ?? 1) / WINDOWS_A_LATENT;
  return Float64Array.from({ length: frames }, (_, frame) => {
    const after = frame * WINDOWS_A_LATENT + WINDOWS_A_LATENT / 2;
    return (windowPlace(after - 1) + windowPlace(after)) / 2;
  });
}

/** Cuts the frames into sentences and gives each frame the symbol that sounds at its place. */
function sentencesOf(places: Float64Array, spoken: readonly SpokenSentence[]): AlignedSentence[] {
  const aligned: AlignedSentence[] = [];
  let start = 0;
  let firstFrame = 0;
  for (const [i, sentence] of spoken.entries()) {
    const { symbols, spans, frames } = sentence;
    const end = i === spoken.length - 1 ? Infinity : start + frames;
    const own = places.subarray(firstFrame).findIndex((place) => place >= end);
    const count = own === -1 ? places.length - firstFrame : own;
    const symbolIndices = Int32Array.from(places.subarray(firstFrame, firstFrame + count), (place) => {
      const symbol = spans.findIndex((span) => place - start < span.end);
      return symbol === -1 ? symbols.length - 1 : symbol;
    });
    if (count > 0) aligned.push({ spoken: sentence, firstFrame, symbolIndices });
    start = end;
    firstFrame += count;
  }
  return aligned;
}
