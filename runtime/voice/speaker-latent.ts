import { fillGaussian } from "./gaussian.ts";
import type { Seed } from "./seed.ts";
import { latentAt } from "./whitening.ts";

const SPEAKER_STREAM = 0;

/** Draws of a seed after which the last one is brought into the bounds instead of drawing on. */
const MOST_DRAWS = 64;

/** Where the speaker encoder's latents lie: a Gaussian given by its mean [S] and lower-triangular factor [S][S]. */
export interface SpeakerCalibration {
  readonly mean: readonly number[];
  readonly cholesky: readonly (readonly number[])[];
  /** Mahalanobis distance from the mean beyond which the model does not speak well. Defaults to Infinity. */
  readonly acceptRadius?: number;
}

/** The bound on |whitened latent|, within which voices are spoken well. */
export function acceptRadiusOf({ acceptRadius = Infinity }: SpeakerCalibration): number {
  return acceptRadius;
}

/**
 * The whitened speaker latent f32 [S] of a seed: the first draw within the bounds, where draw n (from 0) is the values
 * n * S ... n * S + S - 1 of the seed's stream 0.
 */
export function whitenedLatentOf(seed: Seed, speaker: SpeakerCalibration): Float32Array {
  const dim = speaker.mean.length;
  const radius = acceptRadiusOf(speaker);
  const noise = new Float32Array(dim);
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    fillGaussian(noise, seed, SPEAKER_STREAM, draw * dim);
    if (lengthOf(noise) <= radius) return noise;
  }
  const shrink = radius / lengthOf(noise);
  return noise.map((value) => value * shrink);
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

/** The speaker latent f32 [S] of a seed: mean + cholesky * its whitened latent. */
export function speakerLatentOf(seed: Seed, speaker: SpeakerCalibration): Float32Array {
  return latentAt(whitenedLatentOf(seed, speaker), speaker);
}
