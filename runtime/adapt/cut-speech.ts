import type { Manifest } from "../manifest.ts";
import { normaliseLevel } from "../speech/check-reference.ts";

const BLOCKS_A_SECOND = 50;
/** Below the loudest block by this much (power, 30 dB) nobody speaks. */
const SPOKEN = 1e-3;
/** Silence that the training data has before and after a sentence. */
export const LEAD_SECONDS = 0.08;
export const TRAIL_SECONDS = 0.24;

/**
 * The part of a recording from the first to the last sound of speech, with the silences and at the level that the
 * training data has: whole latents, mono.
 * @param leadSeconds of silence before it
 */
export function cutSpeech(
  samples: Float32Array,
  { sampleRateHz, samplesPerLatent }: Manifest,
  leadSeconds: number,
): Float32Array {
  const { first, last } = spokenSamples(samples, sampleRateHz);
  const start = first - Math.round(leadSeconds * sampleRateHz);
  const length = last + Math.round(TRAIL_SECONDS * sampleRateHz) - start;
  return normaliseLevel(pieceOf(samples, start, Math.ceil(length / samplesPerLatent) * samplesPerLatent));
}

/** Where speech begins and where it ends. */
export function spokenSamples(
  samples: Float32Array,
  sampleRateHz: number,
): { readonly first: number; readonly last: number } {
  const block = Math.round(sampleRateHz / BLOCKS_A_SECOND);
  const powers = powersOf(samples, block);
  const least = Math.max(...powers) * SPOKEN;
  const end = (powers.findLastIndex((power) => power >= least) + 1) * block;
  return {
    first: powers.findIndex((power) => power >= least) * block,
    last: Math.min(samples.length, end),
  };
}

/** `length` samples from `start` on, which may be below 0; zeros where there are none. */
export function pieceOf(samples: Float32Array, start: number, length: number): Float32Array {
  const piece = new Float32Array(length);
  piece.set(samples.subarray(Math.max(0, start), Math.max(0, start + length)), Math.max(0, -start));
  return piece;
}

/** Mean square of every block. */
function powersOf(samples: Float32Array, block: number): number[] {
  return Array.from({ length: Math.ceil(samples.length / block) }, (_, i) => {
    const part = samples.subarray(i * block, (i + 1) * block);
    return part.reduce((sum, sample) => sum + sample * sample, 0) / part.length;
  });
}
