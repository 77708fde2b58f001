import type { SpeakerSpace } from "./trait-space.ts";
import { whitenedOf, type VoiceSource } from "./traits.ts";
import { dot } from "./vectors.ts";

/** The Gaussian quantile of 5 %: the share of pairs that are nearer to each other than voices who meet should be. */
const TOO_NEAR_DEVIATIONS = -1.645;

/**
 * How different two voices are heard: the distance of what is audible of them, in deviations of the voices there are.
 * @throws RangeError when a voice is none
 */
export function voiceDistance(first: VoiceSource, second: VoiceSource, speaker: SpeakerSpace): number {
  const [a, b] = [first, second].map((source) => audiblePart(whitenedOf(source, speaker), speaker));
  return distanceOf(a ?? [], b ?? []);
}

const axesOf = new WeakMap<SpeakerSpace, readonly Float64Array[]>();

/** Whitened latent [S] -> what is heard of it f32 [K]. */
export function audiblePart(whitened: ArrayLike<number>, speaker: SpeakerSpace): Float32Array {
  if (speaker.audible === undefined) return Float32Array.from(whitened);
  const axes = axesOf.get(speaker) ?? audibleAxes(speaker.audible, speaker);
  axesOf.set(speaker, axes);
  return Float32Array.from(axes, (axis) => dot(axis, whitened));
}

/** [K][S] over whitened latents: audible . cholesky. */
function audibleAxes(
  audible: readonly (readonly number[])[],
  { mean, cholesky }: SpeakerSpace,
): readonly Float64Array[] {
  return audible.map((row) =>
    Float64Array.from(mean, (_, column) =>
      row.reduce((sum, value, i) => sum + value * (cholesky[i]?.[column] ?? 0), 0),
    ),
  );
}

/**
 * The distance of what is heard of two voices [K].
 * @param beyond when the distance is at least this, any number that is may be returned
 */
export function distanceOf(a: ArrayLike<number>, b: ArrayLike<number>, beyond = Infinity): number {
  const enough = beyond * beyond;
  let sum = 0;
  for (let i = 0; i < a.length && sum < enough; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/**
 * The distance that 95 % of pairs of random voices keep: sqrt(2) times a chi-distributed length.
 * Source: Wilson and Hilferty, "The Distribution of Chi-Square", PNAS 17(12), 1931.
 */
export function distinctDistance({ mean, audible }: SpeakerSpace): number {
  const dim = audible?.length ?? mean.length;
  const variance = 2 / (9 * dim);
  const chiSquared = dim * (1 - variance + TOO_NEAR_DEVIATIONS * Math.sqrt(variance)) ** 3;
  return Math.sqrt(2 * Math.max(0, chiSquared));
}
