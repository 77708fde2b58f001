import type { TraitName } from "../manifest.ts";
import { parseSeed, type SeedLike } from "./seed.ts";
import { speakerLatentOf } from "./speaker-latent.ts";
import { everyTrait, readTraits, toUnit, type Readings, type SpeakerSpace } from "./trait-space.ts";
import { impressionOf, wordOf, type TraitWord, type VoiceImpression } from "./trait-words.ts";

/** A voice of a seed, or as a speaker latent [S]. */
export type VoiceSource = SeedLike | Float32Array;

export interface VoiceTraits {
  /** Mean pitch. */
  readonly pitchHz: number;
  /** Length of the vocal tract over a grown man's. */
  readonly size: number;
  /** Rate of speech over the usual one. */
  readonly pace: number;
  /** Spectral tilt in dB per octave against the corpus. */
  readonly brightness: number;
}

export interface VoiceDescription extends VoiceTraits {
  /** Root mean square of what each trait is off, in its unit, as measured on speakers left out of the fit. */
  readonly errors: VoiceTraits;
  readonly words: { readonly [T in TraitName]: TraitWord<T> };
  /** Who one seems to hear. */
  readonly impression: VoiceImpression;
}

/**
 * What a voice is like, told from its numbers alone.
 * @throws RangeError for a seed that is none, or a latent that is not `speaker.dim` finite numbers
 */
export function describeVoice(source: VoiceSource, speaker: SpeakerSpace): VoiceDescription {
  return describeReadings(readTraits(latentOf(source, speaker), speaker), speaker);
}

export function describeReadings(readings: Readings, speaker: SpeakerSpace): VoiceDescription {
  const traits = toTraits(everyTrait((name) => toUnit(name, readings[name])));
  const errors = everyTrait((name) => {
    const { error } = speaker.traits[name];
    return toUnit(name, readings[name] + error) - toUnit(name, readings[name]);
  });
  return {
    ...traits,
    errors: toTraits(errors),
    words: {
      pitch: wordOf("pitch", traits.pitchHz),
      size: wordOf("size", traits.size),
      pace: wordOf("pace", traits.pace),
      brightness: wordOf("brightness", traits.brightness),
    },
    impression: impressionOf(traits.pitchHz, traits.size),
  };
}

function toTraits({ pitch, size, pace, brightness }: Readings): VoiceTraits {
  return { pitchHz: pitch, size, pace, brightness };
}

/**
 * The speaker latent f32 [S] of a voice.
 * @throws RangeError for a seed that is none, or a latent that is not `speaker.dim` finite numbers
 */
export function latentOf(source: VoiceSource, speaker: SpeakerSpace): Float32Array {
  if (!(source instanceof Float32Array)) return speakerLatentOf(parseSeed(source), speaker);
  const dim = speaker.mean.length;
  if (source.length === dim && source.every(Number.isFinite)) return source;
  throw new RangeError(
    `The speaker latent has ${source.length} numbers; allowed: ${dim} finite numbers, as these weights make them.`,
  );
}
