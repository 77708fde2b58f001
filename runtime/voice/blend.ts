import { fillGaussian, pcg4d } from "./gaussian.ts";
import type { Seed } from "./seed.ts";
import { acceptRadiusOf } from "./speaker-latent.ts";
import type { SpeakerSpace } from "./trait-space.ts";
import { whitenedOf, type VoiceSource } from "./traits.ts";
import { dot } from "./vectors.ts";
import { latentAt } from "./whitening.ts";

/** A voice made from others. */
export interface MadeVoice {
  /** Of its noise. */
  readonly seed: Seed;
  /** Speaker latent f32 [S]. */
  readonly latent: Float32Array;
}

/**
 * The voice between two: 0 is the first, 1 the second. Every trait changes evenly on the way (pitch by ratio).
 * @throws RangeError when `share` is not from 0 to 1, or a voice is none
 */
export function blend(
  first: VoiceSource,
  second: VoiceSource,
  share: number,
  speaker: SpeakerSpace,
): Float32Array {
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(
      `The share of the second voice is ${share}; allowed: 0 (the first) to 1 (the second).`,
    );
  }
  const a = whitenedOf(first, speaker);
  const b = whitenedOf(second, speaker);
  return latentAt(
    Float64Array.from(a, (value, dim) => (1 - share) * value + share * (b[dim] ?? 0)),
    speaker,
  );
}

/** Correlation of a sibling's voice with the voice it is of: near enough to hear the family, far enough to tell apart. */
const KINSHIP = 0.8;

/** Tells the draws of siblings from other uses of a seed. */
const SIBLING_SALT = 0x51b1196;

const SPEAKER_STREAM = 0;

/**
 * Sibling `k` (1, 2, ...) of a voice, always the same; 0 is the voice itself. Siblings are as usual as any voice.
 * @throws RangeError when `k` is not a whole number from 0 to 2^32 - 1, or the voice is none
 */
export function variant(voice: MadeVoice, k: number, speaker: SpeakerSpace): MadeVoice {
  if (!(Number.isInteger(k) && k >= 0 && k < 2 ** 32)) {
    throw new RangeError(`The number of a sibling is ${k}; allowed: a whole number from 0 to 2^32 - 1.`);
  }
  if (k === 0) return voice;
  const [lo, hi] = pcg4d(voice.seed.lo, voice.seed.hi, k, SIBLING_SALT);
  const own = whitenedOf(voice.latent, speaker);
  const fresh = fillGaussian(new Float32Array(own.length), { lo, hi }, SPEAKER_STREAM, 0);
  const sibling = Float64Array.from(
    own,
    (value, dim) => KINSHIP * value + Math.sqrt(1 - KINSHIP ** 2) * (fresh[dim] ?? 0),
  );
  const shrink = Math.min(1, acceptRadiusOf(speaker) / Math.sqrt(dot(sibling, sibling)));
  return {
    seed: { lo, hi },
    latent: latentAt(
      sibling.map((value) => value * shrink),
      speaker,
    ),
  };
}
