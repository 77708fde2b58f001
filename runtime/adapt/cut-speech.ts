import type { Manifest } from "../manifest.ts";
import { normaliseLevel } from "../speech/check-reference.ts";

const BLOCKS_A_SECOND = 50;
/** Below the loudest block by this much (power, 30 dB) nobody speaks. */
const SPOKEN = 1e-3;
/** Silence that the training data has before and after a sentence. */
const LEAD_SECONDS = 0.08;
const TRAIL_SECONDS = 0.24;

/**
 * The part of a recording from the first to the last sound of speech, with the silences and at the level that the
 * training data has: whole latents, mono.
 */
export function cutSpeech(samples: Float32Array, { sampleRateHz, samplesPerLatent }: Manifest): Float32Array {
  const block = Math.round(sampleRateHz / BLOCKS_A_SECOND);
  const powers = powersOf(samples, block);
  const least = Math.max(...powers) * SPOKEN;
  const first = powers.findIndex((power) => power >= least) * block;
  const last = Math.min(samples.length, (powers.findLastIndex((power) => power >= least) + 1) * block);
  const start = first - Math.round(LEAD_SECONDS * sampleRateHz);
  const length = last + Math.round(TRAIL_SECONDS * sampleRateHz) - start;
  const speech = new Float32Array(Math.ceil(length / samplesPerLatent) * samplesPerLatent);
  speech.set(samples.subarray(Math.max(0, start), start + length), Math.max(0, -start));
  return normaliseLevel(speech);
}

/** Mean square of every block. */
function powersOf(samples: Float32Array, block: number): number[] {
  return Array.from({ length: Math.ceil(samples.length / block) }, (_, i) => {
    const part = samples.subarray(i * block, (i + 1) * block);
    return part.reduce((sum, sample) => sum + sample * sample, 0) / part.length;
  });
}
