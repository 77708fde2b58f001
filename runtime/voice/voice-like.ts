import type { TraitName } from "../manifest.ts";
import { parseSeed, type Seed, type SeedLike } from "./seed.ts";
import { acceptRadiusOf, whitenedLatentOf } from "./speaker-latent.ts";
import { readTraits, toUnit, traitAxes, type Range, type SpeakerSpace } from "./trait-space.ts";
import { dot, gram, solve } from "./vectors.ts";
import { compromise, resolveWish, type Compromise, type VoiceWish } from "./voice-wish.ts";
import { latentAt } from "./whitening.ts";

/** A voice made to a wish. */
export interface WishedVoice {
  readonly seed: Seed;
  /** Speaker latent f32 [S], for `speak(text, { voice: { latent, seed } })`. */
  readonly latent: Float32Array;
  /** What could not be had as it was asked; empty when all of it holds. */
  readonly compromises: readonly Compromise[];
}

/**
 * Mahalanobis radius within which 1, 2, 3 or 4 traits together are believed. It holds 98.8 % of all seeds, as TRAIT_REACH
 * does for one: the roots of the chi-squared quantiles.
 */
const JOINT_REACH = [0, 2.5, 2.96, 3.29, 3.57] as const;

/** Slope of the logistic function that is nearest to the Gaussian distribution function. */
const LOGISTIC_SLOPE = 1.702;

/** In readings, so little that nobody hears it. */
const SLACK = 1e-6;

/**
 * The seed's own voice, moved as little as possible (in deviations of the voices there are) so that the wished traits hold.
 * It stays unique: what is not wished for is the seed's, but for what goes with the wish (larger speakers are deeper).
 * Where a wish is a range, seeds keep their order within it, so that the deepest voices stay the deepest. What cannot be had
 * becomes the nearest there is, and a compromise in the answer.
 * Source: the conditional distribution of a Gaussian, x' = x + S A^T (A S A^T)^-1 (wish - A x - b).
 * @throws RangeError for an unknown key or word, a value that is no number of its unit, or a seed that is none
 */
export function voiceLike(wish: VoiceWish, seed: SeedLike, speaker: SpeakerSpace): WishedVoice {
  const parsed = parseSeed(seed);
  const { ranges, compromises } = resolveWish(wish, speaker);
  const own = whitenedLatentOf(parsed, speaker);
  const moved = moveInto(own, ranges, speaker);
  const missed = missedTogether(ranges, moved, speaker, compromises);
  return { seed: parsed, latent: latentAt(moved, speaker), compromises: [...compromises, ...missed] };
}

function moveInto(
  own: Float32Array,
  ranges: ReadonlyMap<TraitName, Range>,
  speaker: SpeakerSpace,
): Float64Array {
  const axes = traitAxes(speaker);
  const rows = [...ranges.keys()].map((trait) => axes[trait].axis);
  const covariance = gram(rows);
  const said = rows.map((row) => dot(row, own)); // offsets from the center, as the seed has them
  const asked = [...ranges].map(([trait, range], i) => {
    const { center, spread } = axes[trait];
    return placeWithin(range, (said[i] ?? 0) / spread) - center;
  });
  const reach = Math.min(JOINT_REACH[rows.length] ?? Infinity, acceptRadiusOf(speaker));
  const wished = combine(rows, solve(covariance, withinReach(asked, covariance, reach)), own.length);
  const replaced = combine(rows, solve(covariance, said), own.length);
  const rest = Float64Array.from(own, (value, dim) => value - (replaced[dim] ?? 0));
  const share = restShare(wished, rest, acceptRadiusOf(speaker));
  return wished.map((value, dim) => value + share * (rest[dim] ?? 0));
}

/** The reading in a range for a seed that is `deviations` off the center by itself. */
function placeWithin({ low, high }: Range, deviations: number): number {
  return low + (high - low) / (1 + Math.exp(-LOGISTIC_SLOPE * deviations));
}

/** Traits together, brought towards the center until they are believed. */
function withinReach(
  offsets: readonly number[],
  covariance: readonly (readonly number[])[],
  reach: number,
): readonly number[] {
  const length = Math.sqrt(dot(offsets, solve(covariance, offsets)));
  return length <= reach ? offsets : offsets.map((offset) => (offset * reach) / length);
}

/** rows^T * factors: whitened [S]. */
function combine(rows: readonly Float64Array[], factors: readonly number[], dim: number): Float64Array {
  return Float64Array.from({ length: dim }, (_, column) =>
    rows.reduce((sum, row, i) => sum + (row[column] ?? 0) * (factors[i] ?? 0), 0),
  );
}

/** How much of what is the seed's own can stay within the bounds of voices spoken well. */
function restShare(wished: ArrayLike<number>, rest: ArrayLike<number>, radius: number): number {
  const room = Math.sqrt(Math.max(0, radius ** 2 - dot(wished, wished)));
  return Math.min(1, room / Math.sqrt(dot(rest, rest) || 1));
}

function missedTogether(
  ranges: ReadonlyMap<TraitName, Range>,
  whitened: ArrayLike<number>,
  speaker: SpeakerSpace,
  earlier: readonly Compromise[],
): Compromise[] {
  const readings = readTraits(whitened, speaker);
  return [...ranges].flatMap(([trait, range]) => {
    const reading = readings[trait];
    const holds = reading >= range.low - SLACK && reading <= range.high + SLACK;
    const told = earlier.some((each) => each.trait === trait);
    return holds || told ? [] : [compromise(trait, "together", range, toUnit(trait, reading))];
  });
}
