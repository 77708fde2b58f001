import type { ClearRange, SpeakerComponent, TraitFit, TraitName } from "../manifest.ts";
import { fillGaussian, pcg4d } from "./gaussian.ts";
import { readTrait } from "./read-trait.ts";
import type { Seed } from "./seed.ts";
import { latentAt, type Whitening } from "./whitening.ts";

const SPEAKER_STREAM = 0;

/** A seed whose voice the model would not speak clearly draws again, at most so often; the last draw is taken anyway. */
const MOST_DRAWS = 16;

/**
 * Where voices lie among the speaker encoder's latents: a mixture of Gaussians, one for each voice of the teacher, since
 * the model speaks badly between them. Mean [S] and factor [S][S] are those of the whole mixture.
 */
export interface SpeakerCalibration extends Whitening {
  readonly components: readonly SpeakerComponent[];
  readonly traits: Readonly<Record<TraitName, TraitFit>>;
  /** Readings between which the model speaks clearly; seeds draw there. */
  readonly clear: readonly ClearRange[];
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

/** A seed's n-th draw: f32 [S] of N(0, 1), behind the draw before it and the word after that. */
function drawOf(seed: Seed, draw: number, { mean }: SpeakerCalibration): Float32Array {
  const stride = 4 * (Math.ceil(mean.length / 4) + 1);
  return fillGaussian(new Float32Array(mean.length), seed, SPEAKER_STREAM, draw * stride);
}

/** True where the model speaks clearly, as far as the manifest knows. */
export function isClear(latent: ArrayLike<number>, speaker: SpeakerCalibration): boolean {
  return speaker.clear.every(({ trait, low, high }) => {
    const reading = readTrait(trait, latent, speaker);
    return reading >= low && reading <= high;
  });
}

/** What a seed draws. */
export interface DrawnVoice {
  /** What is the seed's own within any component: f32 [S] of N(0, 1). */
  readonly noise: Float32Array;
  /** Its speaker latent f32 [S]: mean + cholesky * noise of the seed's component. */
  readonly latent: Float32Array;
}

/** The first draw of a seed that gives a clear voice in the seed's own component. */
export function drawVoice(seed: Seed, speaker: SpeakerCalibration): DrawnVoice {
  const component: Whitening = speaker.components[componentOf(seed, speaker)] ?? speaker;
  for (let draw = 0; ; draw++) {
    const noise = drawOf(seed, draw, speaker);
    const latent = latentAt(noise, component);
    if (draw === MOST_DRAWS - 1 || isClear(latent, speaker)) return { noise, latent };
  }
}

/** The speaker latent f32 [S] of a seed. */
export function speakerLatentOf(seed: Seed, speaker: SpeakerCalibration): Float32Array {
  return drawVoice(seed, speaker).latent;
}
