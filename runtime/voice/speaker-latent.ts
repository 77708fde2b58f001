import type { SpeakerComponent } from "../manifest.ts";
import { fillGaussian, pcg4d } from "./gaussian.ts";
import type { Seed } from "./seed.ts";
import { latentAt, type Whitening } from "./whitening.ts";

const SPEAKER_STREAM = 0;

/**
 * Where voices lie among the speaker encoder's latents: a mixture of Gaussians, one for each voice of the teacher, since
 * the model speaks badly between them. Mean [S] and factor [S][S] are those of the whole mixture.
 */
export interface SpeakerCalibration extends Whitening {
  readonly components: readonly SpeakerComponent[];
}

/** The share of a seed, strictly between 0 and 1, that picks its component: a word of stream 0 behind its Gaussians. */
export function componentShareOf(seed: Seed, { mean }: SpeakerCalibration): number {
  const [word] = pcg4d(seed.lo, seed.hi, SPEAKER_STREAM, Math.ceil(mean.length / 4));
  return (word + 0.5) / 2 ** 32;
}

/** Number of the component that a seed draws from: the first whose weights sum up to more than its share. */
export function componentOf(seed: Seed, speaker: SpeakerCalibration): number {
  const weights = speaker.components.map(({ weight }) => weight);
  return pickByShare(componentShareOf(seed, speaker), weights);
}

/** Index of the first weight up to which the weights sum up to more than the share; the last above 0 takes what is left. */
export function pickByShare(share: number, weights: readonly number[]): number {
  let sum = 0;
  const index = weights.findIndex((weight) => (sum += weight) > share);
  return index < 0 ? weights.findLastIndex((weight) => weight > 0) : index;
}

/** What is a seed's own within any component: f32 [S] of N(0, 1). */
export function ownNoiseOf(seed: Seed, { mean }: SpeakerCalibration): Float32Array {
  return fillGaussian(new Float32Array(mean.length), seed, SPEAKER_STREAM, 0);
}

/** The speaker latent f32 [S] of a seed: mean + cholesky * noise of its component. */
export function speakerLatentOf(seed: Seed, speaker: SpeakerCalibration): Float32Array {
  const component = speaker.components[componentOf(seed, speaker)];
  return latentAt(ownNoiseOf(seed, speaker), component ?? speaker);
}
