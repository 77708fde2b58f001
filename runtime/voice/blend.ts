import { likeliestComponent } from "./components.ts";
import { pcg4d } from "./gaussian.ts";
import type { Seed } from "./seed.ts";
import { drawVoice } from "./speaker-latent.ts";
import type { SpeakerSpace } from "./trait-space.ts";
import { latentOf, type VoiceSource } from "./traits.ts";
import { latentAt, whiten } from "./whitening.ts";

/** A voice made from others. */
export interface MadeVoice {
  /** Of its noise. */
  readonly seed: Seed;
  /** Speaker latent f32 [S]. */
  readonly latent: Float32Array;
}

/**
 * The voice between two: 0 is the first, 1 the second. Every trait changes evenly on the way (pitch by ratio). Half-way
 * between voices of two components no seed draws, and the model speaks less clearly.
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
  const a = latentOf(first, speaker);
  const b = latentOf(second, speaker);
  return a.map((value, dim) => (1 - share) * value + share * (b[dim] ?? 0));
}

/** Correlation of a sibling's voice with the voice it is of: near enough to hear the family, far enough to tell apart. */
const KINSHIP = 0.8;

/** Tells the draws of siblings from other uses of a seed. */
const SIBLING_SALT = 0x51b1196;

/**
 * Sibling `k` (1, 2, ...) of a voice, always the same; 0 is the voice itself. Siblings are as usual as any voice of the
 * component that the voice is most likely of.
 * @throws RangeError when `k` is not a whole number from 0 to 2^32 - 1, or the voice is none
 */
export function variant(voice: MadeVoice, k: number, speaker: SpeakerSpace): MadeVoice {
  if (!(Number.isInteger(k) && k >= 0 && k < 2 ** 32)) {
    throw new RangeError(`The number of a sibling is ${k}; allowed: a whole number from 0 to 2^32 - 1.`);
  }
  if (k === 0) return voice;
  const [lo, hi] = pcg4d(voice.seed.lo, voice.seed.hi, k, SIBLING_SALT);
  const component = likeliestComponent(latentOf(voice.latent, speaker), speaker);
  const fresh = drawVoice({ lo, hi }, speaker).noise;
  const sibling = whiten(voice.latent, component).map(
    (value, dim) => KINSHIP * value + Math.sqrt(1 - KINSHIP ** 2) * (fresh[dim] ?? 0),
  );
  return { seed: { lo, hi }, latent: latentAt(sibling, component) };
}
