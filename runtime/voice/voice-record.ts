/**
 * A voice as a few bytes of JSON, for save files and components. It holds what the voice is made from, and names the
 * speaker space it was made in: with other weights the same numbers are another voice, and restoring says so.
 */
import { fnv1a32 } from "./line-stream.ts";
import { packLatent, unpackLatent } from "./latent-text.ts";
import { parseSeed, type Seed, type SeedLike } from "./seed.ts";
import { speakerLatentOf } from "./speaker-latent.ts";
import type { SpeakerSpace } from "./trait-space.ts";
import { describeVoice } from "./traits.ts";
import { voiceLike } from "./voice-like.ts";
import type { VoiceWish } from "./voice-wish.ts";

export const VOICE_RECORD_VERSION = 1;

/** Plain JSON. With neither `wish` nor `latent` the seed alone is the voice. */
export interface VoiceRecord {
  readonly version: typeof VOICE_RECORD_VERSION;
  /** Hash of the speaker space it was made in. */
  readonly space: string;
  /** `0x` hexadecimal. */
  readonly seed: string;
  /** The voice is `voiceLike(wish, seed)`. */
  readonly wish?: VoiceWish;
  /** As `packLatent` gives it: a blend, a sibling, or from a recording. */
  readonly latent?: string;
  /** Pitch in Hz, size, pace and brightness, to find one alike when the weights are others. */
  readonly traits: readonly [number, number, number, number];
}

/** What a voice is made from. */
export interface VoiceMaking {
  readonly seed: SeedLike;
  readonly wish?: VoiceWish;
  /** Speaker latent [S]; counts more than the wish. */
  readonly latent?: Float32Array;
}

export interface RestoredVoice {
  readonly seed: Seed;
  /** Speaker latent f32 [S]. */
  readonly latent: Float32Array;
  /** False when the weights have another speaker space: the voice is then the nearest by its traits. */
  readonly same: boolean;
}

/**
 * What to keep of a voice. A latent is kept in steps of 1/16 deviation, so speak with that of `restoreVoice` from the start.
 * @throws RangeError for a bad seed, wish or latent
 */
export function recordVoice({ seed, wish, latent }: VoiceMaking, speaker: SpeakerSpace): VoiceRecord {
  const parsed = parseSeed(seed);
  const stored = latent && packLatent(latent, speaker);
  const making = stored !== undefined ? { latent: stored } : wish !== undefined ? { wish } : {};
  const { pitchHz, size, pace, brightness } = describeVoice(makeVoice(parsed, making, speaker), speaker);
  return {
    version: VOICE_RECORD_VERSION,
    space: spaceOf(speaker),
    seed: hexOf(parsed),
    ...making,
    traits: [Math.round(pitchHz * 10) / 10, rounded(size), rounded(pace), rounded(brightness)],
  };
}

/**
 * The voice of a record. The same speaker space gives the same voice; another one gives a voice alike and `same: false`.
 * @throws RangeError for a record that `readVoiceRecord` refuses
 */
export function restoreVoice(record: VoiceRecord, speaker: SpeakerSpace): RestoredVoice {
  const seed = parseSeed(record.seed);
  if (record.space === spaceOf(speaker))
    return { seed, latent: makeVoice(seed, record, speaker), same: true };
  const [pitch, size, pace, brightness] = record.traits;
  const { latent } = voiceLike({ pitch, size, pace, brightness }, seed, speaker);
  return { seed, latent, same: false };
}

function makeVoice(
  seed: Seed,
  { wish, latent }: Pick<VoiceRecord, "wish" | "latent">,
  speaker: SpeakerSpace,
): Float32Array {
  if (latent !== undefined) return unpackLatent(latent, speaker);
  return wish === undefined ? speakerLatentOf(seed, speaker) : voiceLike(wish, seed, speaker).latent;
}

/** Names a speaker space: 64 bits of hash over all that makes voices from seeds. */
export function spaceOf({ mean, cholesky, components, traits, clear }: SpeakerSpace): string {
  const parts = JSON.stringify([mean, cholesky, components, traits, clear]);
  return [0, 1].map((salt) => hex32(fnv1a32(`${salt}${parts}`))).join("");
}

export function hexOf({ lo, hi }: Seed): string {
  return `0x${hex32(hi)}${hex32(lo)}`;
}

function hex32(word: number): string {
  return word.toString(16).padStart(8, "0");
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
