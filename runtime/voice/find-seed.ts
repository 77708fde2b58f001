import type { TraitName } from "../manifest.ts";
import { pcg4d } from "./gaussian.ts";
import { parseSeed, type Seed, type SeedLike } from "./seed.ts";
import { readTrait } from "./read-trait.ts";
import { speakerLatentOf } from "./speaker-latent.ts";
import { traitAxes, type Range, type SpeakerSpace } from "./trait-space.ts";
import { resolveWish, type Compromise, type VoiceWish } from "./voice-wish.ts";

/** The n-th seed tried after a seed, far from it and from those of any other. `stream` tells sequences apart. */
export function candidateSeed({ lo, hi }: Seed, stream: number, n: number): Seed {
  const [nextLo, nextHi] = pcg4d(lo, hi, stream, n);
  return { lo: nextLo, hi: nextHi };
}

/** What a wish asks of a speaker latent. */
export interface WishTest {
  /** How far it is off, in deviations of the voices there are; 0 when all holds within the error of the reading. */
  miss(latent: ArrayLike<number>): number;
  readonly compromises: readonly Compromise[];
}

/** @throws RangeError for an unknown key or word, or a value that is no number of its unit */
export function wishTest(wish: VoiceWish, speaker: SpeakerSpace): WishTest {
  const { ranges, compromises } = resolveWish(wish, speaker);
  const axes = traitAxes(speaker);
  const tests = [...ranges].map(([trait, range]) => ({ trait, ...widened(trait, range, speaker) }));
  return {
    miss: (latent) =>
      tests.reduce((sum, { trait, low, high }) => {
        const reading = readTrait(trait, latent, speaker);
        return sum + Math.max(0, low - reading, reading - high) / axes[trait].spread;
      }, 0),
    compromises,
  };
}

/** By the error of the reading where the range is narrower, since no voice is known better than that. */
function widened(trait: TraitName, { low, high }: Range, speaker: SpeakerSpace): Range {
  const lacking = Math.max(0, speaker.traits[trait].error - (high - low) / 2);
  return { low: low - lacking, high: high + lacking };
}

export interface FoundSeed {
  readonly seed: Seed;
  /** True when the wish holds, within what the corpus has and the reading can tell. */
  readonly fits: boolean;
  /** What the corpus has not; see `voiceLike`. */
  readonly compromises: readonly Compromise[];
}

/** About 20 ms of search. */
const MOST_TRIES = 4096;

const SEARCH_STREAM = 0x5ee4;

/**
 * A seed whose own voice is as wished, so that the seed alone is the voice: the given one if it fits, else the first of a
 * sequence made from it. When none of 4096 fits, the nearest of them.
 * @throws RangeError for an unknown key or word, a value that is no number of its unit, or a seed that is none
 */
export function findSeed(wish: VoiceWish, from: SeedLike, speaker: SpeakerSpace): FoundSeed {
  const { miss, compromises } = wishTest(wish, speaker);
  const start = parseSeed(from);
  let seed = start;
  let least = miss(speakerLatentOf(start, speaker));
  for (let n = 1; n < MOST_TRIES && least > 0; n++) {
    const candidate = candidateSeed(start, SEARCH_STREAM, n);
    const missed = miss(speakerLatentOf(candidate, speaker));
    if (missed < least) [seed, least] = [candidate, missed];
  }
  return { seed, fits: least === 0, compromises };
}
