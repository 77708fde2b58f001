import { candidateSeed } from "../runtime/voice/find-seed.ts";
import type { Seed } from "../runtime/voice/seed.ts";
import { speakerLatentOf } from "../runtime/voice/speaker-latent.ts";
import { readTraits, traitRange, type Readings, type SpeakerSpace } from "../runtime/voice/trait-space.ts";
import type { TraitName } from "../runtime/manifest.ts";

/** A seed and the readings of its own voice. */
export interface SkySeed {
  readonly seed: Seed;
  readonly readings: Readings;
}

const START: Seed = { lo: 0x5eed, hi: 0 };
const STREAM = 0x5c7;

/** The seeds that the map shows, always the same. */
export function seedSky(count: number, speaker: SpeakerSpace): readonly SkySeed[] {
  return Array.from({ length: count }, (_, n) => {
    const seed = candidateSeed(START, STREAM, n);
    return { seed, readings: readTraits(speakerLatentOf(seed, speaker), speaker) };
  });
}

/** Where a reading lies in what the corpus has: 0 to 1, for voices within it. */
export function shareOf(trait: TraitName, reading: number, speaker: SpeakerSpace): number {
  const { low, high } = traitRange(trait, speaker);
  return (reading - low) / (high - low);
}

/** A point of the map, from 0 to 1 each. */
export interface MapPoint {
  readonly x: number;
  readonly y: number;
}

/** The seed nearest to a point, by the two traits of the map's axes. */
export function nearestSeed(
  sky: readonly SkySeed[],
  { x, y }: MapPoint,
  placeOf: (readings: Readings) => MapPoint,
): SkySeed | undefined {
  const distance = ({ readings }: SkySeed) => {
    const place = placeOf(readings);
    return Math.hypot(place.x - x, place.y - y);
  };
  return sky.reduce<SkySeed | undefined>(
    (best, next) => (best === undefined || distance(next) < distance(best) ? next : best),
    undefined,
  );
}
