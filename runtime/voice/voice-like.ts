import type { TraitName } from "../manifest.ts";
import { componentShares, componentUnder, toShares } from "./components.ts";
import { parseSeed, type Seed, type SeedLike } from "./seed.ts";
import { readTrait } from "./read-trait.ts";
import { drawVoice, isClear } from "./speaker-latent.ts";
import {
  componentAxes,
  toUnit,
  traitAxes,
  type Range,
  type SpeakerSpace,
  type TraitAxes,
} from "./trait-space.ts";
import { dot, gram, solve } from "./vectors.ts";
import { compromise, resolveWish, type Compromise, type VoiceWish } from "./voice-wish.ts";
import { latentAt, type Whitening } from "./whitening.ts";

/** A voice made to a wish. */
export interface WishedVoice {
  readonly seed: Seed;
  /** Speaker latent f32 [S], for `speak(text, { voice: { latent, seed } })`. */
  readonly latent: Float32Array;
  /** What could not be had as it was asked; empty when all of it holds. */
  readonly compromises: readonly Compromise[];
}

/**
 * Mahalanobis radius within a component in which 1, 2, 3 or 4 traits together are believed. It holds 98.8 % of its seeds, as TRAIT_REACH
 * does for one: the roots of the chi-squared quantiles.
 */
const JOINT_REACH = [0, 2.5, 2.96, 3.29, 3.57] as const;

/** Slope of the logistic function that is nearest to the Gaussian distribution function. */
const LOGISTIC_SLOPE = 1.702;

/** In readings, so little that nobody hears it. */
const SLACK = 1e-6;

/**
 * The seed's own voice, moved as little as possible (in deviations of the voices there are) so that the wished traits hold.
 * It stays unique: what is not wished for is the seed's, but for what goes with the wish (larger speakers are deeper), and
 * it leaves its component for another only as often as the wish asks for that, or where it would not be spoken clearly.
 * Where a wish is a range, seeds keep their order within it, so that the deepest voices stay the deepest. What cannot be had
 * becomes the nearest there is, and a compromise in the answer.
 * Source: the conditional distribution of a mixture of Gaussians: its components in proportion to weight * density of the
 * wished readings, and in each x' = x + S A^T (A S A^T)^-1 (wish - A x - b).
 * @throws RangeError for an unknown key or word, a value that is no number of its unit, or a seed that is none
 */
export function voiceLike(wish: VoiceWish, seed: SeedLike, speaker: SpeakerSpace): WishedVoice {
  const parsed = parseSeed(seed);
  const { ranges, compromises } = resolveWish(wish, speaker);
  const own = drawVoice(parsed, speaker);
  const readings = readingsWithin(ranges, own.latent, speaker);
  const moved = componentAxes(speaker).map((axes, index) =>
    moveInto(own.noise, readings, axes, speaker.components[index] ?? speaker),
  );
  const able = moved.map(({ isAble }) => isAble);
  const clear = moved.map(({ isAble, latent }) => isAble && isClear(latent, speaker));
  const shares = sharesOf(componentShares(readings, speaker), clear, able);
  const { latent, given } = moved[componentUnder(shares, parsed, speaker)] ?? { ...own, given: readings };
  return {
    seed: parsed,
    latent,
    compromises: [...compromises, ...missedTogether(ranges, given, compromises)],
  };
}

/** A reading in every range: the further off the center a seed's own voice is, the nearer to that end. */
function readingsWithin(
  ranges: ReadonlyMap<TraitName, Range>,
  own: Float32Array,
  speaker: SpeakerSpace,
): ReadonlyMap<TraitName, number> {
  const axes = traitAxes(speaker);
  return new Map(
    Array.from(ranges, ([trait, { low, high }]) => {
      const deviations = (readTrait(trait, own, speaker) - axes[trait].center) / axes[trait].spread;
      return [trait, low + (high - low) / (1 + Math.exp(-LOGISTIC_SLOPE * deviations))];
    }),
  );
}

/** A voice of one component. */
interface MovedVoice {
  /** Speaker latent f32 [S]. */
  readonly latent: Float32Array;
  /** Its readings of the wished traits. */
  readonly given: ReadonlyMap<TraitName, number>;
  /** True when they are as wished. */
  readonly isAble: boolean;
}

/** @param own noise [S] of the seed, moved within a component of these axes */
function moveInto(
  own: Float32Array,
  readings: ReadonlyMap<TraitName, number>,
  axes: TraitAxes,
  component: Whitening,
): MovedVoice {
  const rows = [...readings.keys()].map((trait) => axes[trait].axis);
  const covariance = gram(rows);
  const said = rows.map((row) => dot(row, own)); // offsets from the center, as the seed has them
  const asked = Array.from(readings, ([trait, reading]) => reading - axes[trait].center);
  const reachable = withinReach(asked, covariance, JOINT_REACH[rows.length] ?? Infinity);
  const change = solve(
    covariance,
    reachable.map((offset, i) => offset - (said[i] ?? 0)),
  );
  const whitened = Float64Array.from(own, (value, dim) =>
    rows.reduce((sum, row, i) => sum + (row[dim] ?? 0) * (change[i] ?? 0), value),
  );
  const given = new Map(
    Array.from(readings.keys(), (trait) => [trait, axes[trait].center + dot(axes[trait].axis, whitened)]),
  );
  const isAble = Array.from(readings).every(
    ([trait, reading]) => Math.abs((given.get(trait) ?? NaN) - reading) < SLACK,
  );
  return { latent: latentAt(whitened, component), given, isAble };
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

/** The shares of the components that the first preference holds for that holds for any. */
function sharesOf(
  shares: readonly number[],
  ...preferences: readonly (readonly boolean[])[]
): readonly number[] {
  const preferred = preferences.find((holds) => holds.includes(true));
  return preferred === undefined
    ? shares
    : toShares(shares.map((share, index) => (preferred[index] ? share : 0)));
}

function missedTogether(
  ranges: ReadonlyMap<TraitName, Range>,
  given: ReadonlyMap<TraitName, number>,
  earlier: readonly Compromise[],
): Compromise[] {
  return [...ranges].flatMap(([trait, range]) => {
    const reading = given.get(trait) ?? NaN;
    const holds = reading >= range.low - SLACK && reading <= range.high + SLACK;
    const told = earlier.some((each) => each.trait === trait);
    return holds || told ? [] : [compromise(trait, "together", range, toUnit(trait, reading))];
  });
}
