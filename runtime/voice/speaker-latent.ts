import { gaussian } from "./gaussian.ts";
import type { Seed } from "./seed.ts";

const SPEAKER_STREAM = 0;

/** Where the speaker encoder's latents lie: a Gaussian given by its mean [S] and lower-triangular factor [S][S]. */
export interface SpeakerCalibration {
  readonly mean: readonly number[];
  readonly cholesky: readonly (readonly number[])[];
}

/** The speaker latent f32 [S] of a seed: mean + cholesky * g with g from the seed's stream 0. */
export function speakerLatentOf(seed: Seed, { mean, cholesky }: SpeakerCalibration): Float32Array {
  const noise = mean.map((_, dim) => gaussian(seed, SPEAKER_STREAM, dim));
  return Float32Array.from(mean, (center, row) =>
    noise.reduce((sum, value, column) => sum + (cholesky[row]?.[column] ?? 0) * value, center),
  );
}
