import type { SpeakerSpace } from "./trait-space.ts";
import { whitenedOf, type VoiceSource } from "./traits.ts";
import { dot, gram } from "./vectors.ts";

/** The Gaussian quantile of 5 %: the share of pairs that are nearer to each other than voices who meet should be. */
const TOO_NEAR_DEVIATIONS = -1.645;

/**
 * How different two voices are heard: the distance of what is audible of them.
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
  return Float32Array.from(audibleAxes(speaker.audible, speaker), (axis) => dot(axis, whitened));
}

/** [K][S] over whitened latents: audible . cholesky, worked out once for a speaker space. */
function audibleAxes(
  audible: readonly (readonly number[])[],
  speaker: SpeakerSpace,
): readonly Float64Array[] {
  const { mean, cholesky } = speaker;
  const known = axesOf.get(speaker);
  if (known !== undefined) return known;
  const axes = audible.map((row) =>
    Float64Array.from(mean, (_, column) =>
      row.reduce((sum, value, i) => sum + value * (cholesky[i]?.[column] ?? 0), 0),
    ),
  );
  axesOf.set(speaker, axes);
  return axes;
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
 * The distance that 95 % of pairs of random voices keep. Squared distances are sums of weighted chi-squared values, taken
 * for one chi-squared value of the same mean and variance.
 * Sources: Satterthwaite, "An Approximate Distribution of Estimates of Variance Components", Biometrics 2(6), 1946;
 * Wilson and Hilferty, "The Distribution of Chi-Square", PNAS 17(12), 1931.
 */
export function distinctDistance(speaker: SpeakerSpace): number {
  const { sum, freedom } = squaredDistances(speaker);
  const variance = 2 / (9 * freedom);
  const share = (1 - variance + TOO_NEAR_DEVIATIONS * Math.sqrt(variance)) ** 3;
  return Math.sqrt(sum * Math.max(0, share));
}

/** The mean of squared distances of random pairs, and the degrees of freedom of a chi-squared value that spreads so. */
function squaredDistances(speaker: SpeakerSpace): { readonly sum: number; readonly freedom: number } {
  if (speaker.audible === undefined) return { sum: 2 * speaker.mean.length, freedom: speaker.mean.length };
  const covariance = gram(audibleAxes(speaker.audible, speaker));
  const trace = covariance.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const squares = covariance.flat().reduce((sum, value) => sum + value * value, 0);
  return { sum: 2 * trace, freedom: trace ** 2 / squares };
}
