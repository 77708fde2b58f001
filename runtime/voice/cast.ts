/**
 * Voices for a crowd: every member gets a seed of its own, chosen so that those who meet can be told apart. A seed is all
 * that a game keeps of it.
 */
import { audiblePart, distanceOf, distinctDistance } from "./distinctness.ts";
import { candidateSeed, wishTest, type WishTest } from "./find-seed.ts";
import { fnv1a32 } from "./line-stream.ts";
import { parseSeed, type Seed, type SeedLike } from "./seed.ts";
import { speakerLatentOf } from "./speaker-latent.ts";
import type { SpeakerSpace } from "./trait-space.ts";
import type { VoiceWish } from "./voice-wish.ts";

/** Names a member for good: the same key gets the same voice in the same company. */
export type CastKey = string | number;

export interface CastMember {
  readonly key: CastKey;
  /** Defaults to any voice. */
  readonly wish?: VoiceWish;
}

export interface CastOptions {
  /** Of the world; another one casts it anew. Defaults to 0. */
  readonly seed?: SeedLike;
  /** Least distance of those who meet. Defaults to the one that 95 % of pairs of random voices keep. */
  readonly distance?: number;
  /** Members known beforehand: they are cast at once, whatever the order they are later assigned in. */
  readonly roster?: readonly CastMember[];
}

export interface AssignOptions {
  /** Defaults to any voice, or to the roster's. */
  readonly wish?: VoiceWish;
  /** Who hears it together with this one. Defaults to all that are cast and not released. */
  readonly near?: Iterable<CastKey>;
}

export interface CastVoice {
  readonly key: CastKey;
  readonly seed: Seed;
  /** Distance to the nearest of those it meets when it was cast; Infinity when there were none. */
  readonly nearest: number;
  /** True when that is at least the cast's distance. */
  readonly distinct: boolean;
  /** True when the wish holds. */
  readonly fits: boolean;
}

/** What could not be had. */
export interface CastReport {
  readonly members: number;
  readonly distance: number;
  /** The least `nearest` there is. */
  readonly least: number;
  /** Members that are nearer to another than the distance. */
  readonly tooNear: readonly CastKey[];
  /** Members whose wish does not hold. */
  readonly unfit: readonly CastKey[];
}

export interface Cast {
  /**
   * The voice of a member; cast now unless it is already. When no voice is left that fits and is far enough from those it
   * meets, it gets the best that was found, and `distinct` or `fits` is false.
   * @throws RangeError for a wish with an unknown key or word, or a value that is no number of its unit
   */
  assign(key: CastKey, options?: AssignOptions): CastVoice;
  /** The member is gone: its voice is free. */
  release(key: CastKey): void;
  readonly report: CastReport;
}

interface Entry {
  readonly voice: CastVoice;
  /** [K] */
  readonly audible: Float32Array;
}

/** Seeds tried for a member at most: most of those tried for a wish fail it before they are compared. */
const MOST_TRIES = 512;

/** Distances worked out for a member: with more company fewer seeds are tried, since none will be far from all. */
const MOST_COMPARISONS = 768;

/** Compared with those cast last; nobody tells so many voices apart. */
const MOST_COMPANY = 128;

/** @throws RangeError for a bad seed, distance or wish */
export function createCast(speaker: SpeakerSpace, options: CastOptions = {}): Cast {
  const seed = parseSeed(options.seed ?? 0);
  const { distance = distinctDistance(speaker), roster = [] } = options;
  if (!(distance >= 0)) {
    throw new RangeError(`The distance of a cast is ${distance}; allowed: a number of at least 0.`);
  }
  const entries = new Map<CastKey, Entry>();
  const everyone: Float32Array[] = [];
  const testOf = rememberTests(speaker);

  function companyOf(near: Iterable<CastKey> | undefined): readonly Float32Array[] {
    if (near === undefined) return everyone.slice(-MOST_COMPANY);
    return Array.from(near).flatMap((key) => {
      const entry = entries.get(key);
      return entry === undefined ? [] : [entry.audible];
    });
  }

  function assign(key: CastKey, { wish = {}, near }: AssignOptions = {}): CastVoice {
    const known = entries.get(key);
    if (known !== undefined) return known.voice;
    const stream = streamOf(key);
    const { miss } = testOf(wish);
    const best = audition(
      (n) => {
        const tried = candidateSeed(seed, stream, n);
        const latent = speakerLatentOf(tried, speaker);
        return { seed: tried, audible: audiblePart(latent, speaker), miss: miss(latent) };
      },
      companyOf(near),
      distance,
    );
    const voice = {
      key,
      seed: best.seed,
      nearest: best.nearest,
      distinct: best.nearest >= distance,
      fits: best.miss === 0,
    };
    entries.set(key, { voice, audible: best.audible });
    everyone.push(best.audible);
    return voice;
  }

  for (const { key, wish } of inFixedOrder(roster)) assign(key, wish && { wish });

  return {
    assign,
    release(key) {
      const entry = entries.get(key);
      if (entry === undefined) return;
      entries.delete(key);
      everyone.splice(everyone.indexOf(entry.audible), 1);
    },
    get report() {
      const voices = Array.from(entries.values(), ({ voice }) => voice);
      return {
        members: voices.length,
        distance,
        least: voices.reduce((least, { nearest }) => Math.min(least, nearest), Infinity),
        tooNear: voices.filter(({ distinct }) => !distinct).map(({ key }) => key),
        unfit: voices.filter(({ fits }) => !fits).map(({ key }) => key),
      };
    },
  };
}

/** One test for all members with the same wish. */
function rememberTests(speaker: SpeakerSpace): (wish: VoiceWish) => WishTest {
  const tests = new Map<string, WishTest>();
  return (wish) => {
    const key = JSON.stringify(wish);
    const test = tests.get(key) ?? wishTest(wish, speaker);
    tests.set(key, test);
    return test;
  };
}

function streamOf(key: CastKey): number {
  return fnv1a32(`${typeof key} ${key}`);
}

/** By hash, so that it does not depend on how the roster was written down. */
function inFixedOrder(roster: readonly CastMember[]): readonly CastMember[] {
  return roster
    .map((member) => ({ member, stream: streamOf(member.key) }))
    .toSorted((a, b) => a.stream - b.stream || (String(a.member.key) < String(b.member.key) ? -1 : 1))
    .map(({ member }) => member);
}

interface Candidate {
  readonly seed: Seed;
  /** [K] what is heard of it. */
  readonly audible: Float32Array;
  readonly miss: number;
}

/** A candidate and its distance to the nearest of the company. */
interface Chosen extends Candidate {
  readonly nearest: number;
}

/** The first candidate that fits and is far enough; else the farthest of those that fit; else the one that nearly fits. */
function audition(
  candidate: (n: number) => Candidate,
  company: readonly Float32Array[],
  distance: number,
): Chosen {
  let nearlyFits = candidate(0);
  let farthest: Chosen | undefined;
  let comparisons = 0;
  for (let n = 0; n < MOST_TRIES && comparisons < MOST_COMPARISONS; n++) {
    const next = n === 0 ? nearlyFits : candidate(n);
    if (next.miss > 0) {
      if (next.miss < nearlyFits.miss) nearlyFits = next;
      continue;
    }
    const nearest = nearestOf(next.audible, company);
    if (farthest === undefined || nearest > farthest.nearest) farthest = { ...next, nearest };
    if (nearest >= distance) break;
    comparisons += company.length;
  }
  return farthest ?? { ...nearlyFits, nearest: nearestOf(nearlyFits.audible, company) };
}

function nearestOf(audible: Float32Array, company: readonly Float32Array[]): number {
  let least = Infinity;
  for (const other of company) least = Math.min(least, distanceOf(audible, other, least));
  return least;
}

/** What everyone in a crowd shall be like. */
export interface CrowdConstraints {
  /** Of all, or by number. Defaults to any voice. */
  readonly wish?: VoiceWish | ((index: number) => VoiceWish);
  /** See CastOptions. */
  readonly distance?: number;
}

export interface Crowd {
  /** In order of their numbers, which are their keys. */
  readonly voices: readonly CastVoice[];
  readonly report: CastReport;
}

/**
 * Voices for members 0 ... count - 1 who all meet; always the same for the same seed.
 * @throws RangeError when the count is not a whole number of at least 0, or as `createCast` does
 */
export function castVoices(
  count: number,
  constraints: CrowdConstraints,
  seed: SeedLike,
  speaker: SpeakerSpace,
): Crowd {
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new RangeError(`A cast of ${count} was asked for; allowed: a whole number of at least 0.`);
  }
  const { wish, distance } = constraints;
  const cast = createCast(speaker, { seed, ...(distance !== undefined && { distance }) });
  const wishOf = (index: number) => (typeof wish === "function" ? wish(index) : wish);
  const voices = Array.from({ length: count }, (_, key) => {
    const own = wishOf(key);
    return cast.assign(key, own && { wish: own });
  });
  return { voices, report: cast.report };
}
