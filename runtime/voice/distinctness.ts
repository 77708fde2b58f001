import { speakerLatentOf } from "./speaker-latent.ts";
import type { SpeakerSpace } from "./trait-space.ts";
import { latentOf, type VoiceSource } from "./traits.ts";
import { dot } from "./vectors.ts";

/** The share of pairs of random voices that are nearer to each other than voices who meet should be. */
const TOO_NEAR = 0.05;

/** All pairs of these tell the distance to about 1 %, in a few milliseconds. */
const SAMPLED_SEEDS = 512;

/**
 * How different two voices are heard: the distance of what is audible of them.
 * @throws RangeError when a voice is none
 */
export function voiceDistance(first: VoiceSource, second: VoiceSource, speaker: SpeakerSpace): number {
  return distanceOf(
    audiblePart(latentOf(first, speaker), speaker),
    audiblePart(latentOf(second, speaker), speaker),
  );
}

/** Speaker latent [S] -> what is heard of it f32 [K]. */
export function audiblePart(latent: ArrayLike<number>, { audible }: SpeakerSpace): Float32Array {
  const heard = new Float32Array(audible.length);
  for (let i = 0; i < heard.length; i++) heard[i] = dot(audible[i] ?? [], latent);
  return heard;
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

const known = new WeakMap<SpeakerSpace, number>();

/** The distance that 95 % of pairs of random voices keep, as the pairs of the first seeds do; worked out once for a space. */
export function distinctDistance(speaker: SpeakerSpace): number {
  const distance = known.get(speaker) ?? sampledDistance(speaker);
  known.set(speaker, distance);
  return distance;
}

function sampledDistance(speaker: SpeakerSpace): number {
  const voices = Array.from({ length: SAMPLED_SEEDS }, (_, lo) =>
    audiblePart(speakerLatentOf({ lo, hi: 0 }, speaker), speaker),
  );
  const distances = new Float64Array((SAMPLED_SEEDS * (SAMPLED_SEEDS - 1)) / 2);
  let pair = 0;
  voices.forEach((voice, i) => {
    for (let j = 0; j < i; j++) distances[pair++] = distanceOf(voice, voices[j] ?? []);
  });
  return distances.sort()[Math.floor(TOO_NEAR * distances.length)] ?? 0;
}
