import type { TraitName } from "../../runtime/manifest.ts";
import type { SpeechVoice } from "../../runtime/speech/speech-options.ts";
import { parseSeed, type Seed, type SeedLike } from "../../runtime/voice/seed.ts";
import type { SpeakerSpace } from "../../runtime/voice/trait-space.ts";
import { describeVoice, type VoiceDescription } from "../../runtime/voice/traits.ts";
import { voiceLike } from "../../runtime/voice/voice-like.ts";
import {
  recordVoice,
  restoreVoice,
  type VoiceMaking,
  type VoiceRecord,
} from "../../runtime/voice/voice-record.ts";
import type { Compromise, TraitWish, VoiceWish } from "../../runtime/voice/voice-wish.ts";

/** A voice under the designer's hands. */
export interface PreviewVoice {
  readonly seed: Seed;
  /** Traits that are held whatever the seed. */
  readonly wish: VoiceWish;
  /** Speaker latent f32 [S]. */
  readonly latent: Float32Array;
  readonly description: VoiceDescription;
  /** What of the wish could not be had as it was asked. */
  readonly compromises: readonly Compromise[];
  /** What a component stores. */
  readonly record: VoiceRecord;
  /** False when it was read from a record of other weights: it is then only alike. */
  readonly same: boolean;
}

/** @throws RangeError for a bad seed, wish or latent */
export function previewVoice(making: VoiceMaking, speaker: SpeakerSpace): PreviewVoice {
  return restored(recordVoice(making, speaker), speaker);
}

/** @throws RangeError for a latent of another size */
export function restored(stored: VoiceRecord, speaker: SpeakerSpace): PreviewVoice {
  const { seed, latent, same } = restoreVoice(stored, speaker);
  const wish = same ? (stored.wish ?? {}) : {};
  return {
    seed,
    wish,
    latent,
    description: describeVoice(latent, speaker),
    compromises: voiceLike(wish, seed, speaker).compromises,
    record: same ? stored : recordVoice({ seed, latent }, speaker),
    same,
  };
}

/** The same wish for another seed. */
export function withSeed({ wish }: PreviewVoice, seed: SeedLike, speaker: SpeakerSpace): PreviewVoice {
  return previewVoice({ seed: parseSeed(seed), ...wished(wish) }, speaker);
}

/** The same seed with a trait held, or let go. */
export function withTrait<T extends TraitName>(
  { seed, wish }: PreviewVoice,
  trait: T,
  value: TraitWish<T> | undefined,
  speaker: SpeakerSpace,
): PreviewVoice {
  const { [trait]: _, ...others } = wish;
  return previewVoice(
    { seed, ...wished(value === undefined ? others : { ...others, [trait]: value }) },
    speaker,
  );
}

/** An empty wish is none: the seed alone is then the voice. */
function wished(wish: VoiceWish): { readonly wish?: VoiceWish } {
  return Object.keys(wish).length === 0 ? {} : { wish };
}

/** With what a line is spoken: the seed alone where it is the voice, as in a game. */
export function speechVoiceOf({ seed, latent, record }: PreviewVoice): SpeechVoice {
  return record.wish === undefined && record.latent === undefined ? { seed } : { seed, latent };
}
