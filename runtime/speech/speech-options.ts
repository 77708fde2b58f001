import type { Adapter, NoiseKey } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import type { UserLexicon } from "../text/lexicon.ts";
import { lineStream } from "../voice/line-stream.ts";
import { parseSeed, type Seed, type SeedLike } from "../voice/seed.ts";
import { speakerLatentOf } from "../voice/speaker-latent.ts";

/** Who speaks: the voice of a seed, or a speaker latent [S] such as `embedSpeaker` gives. */
export type SpeechVoice =
  | { readonly seed: SeedLike }
  | {
      readonly latent: Float32Array;
      /** Seed of the noise. Defaults to 0. */
      readonly seed?: SeedLike;
    };

export interface SpeechOptions {
  /** Defaults to seed 0. */
  readonly voice?: SpeechVoice;
  /** Variance of the noise, at least 0: more is livelier, 0 is flat. Defaults to the manifest's `sampling.temperature`. */
  readonly temperature?: number;
  /** Reads the same words anew: a whole number below 2^32. Defaults to 0. */
  readonly take?: number;
  /** Pronunciations of invented words. Defaults to none. */
  readonly lexicon?: UserLexicon;
  /** A learned voice. Defaults to none. */
  readonly adapter?: Adapter;
  /** Ends the line: the generator then throws the signal's reason. Defaults to none. */
  readonly signal?: AbortSignal;
}

/** The temperature comes from the manifest; without adapter and signal there is none. */
export const SPEECH_DEFAULTS: Required<Pick<SpeechOptions, "voice" | "take" | "lexicon">> = {
  voice: { seed: 0 },
  take: 0,
  lexicon: {},
};

const KEYS: Readonly<Record<keyof SpeechOptions, true>> = {
  voice: true,
  temperature: true,
  take: true,
  lexicon: true,
  adapter: true,
  signal: true,
};

/** Options checked and worked out for a model. */
export interface LineSettings {
  /** [S] */
  readonly speaker: Float32Array;
  readonly temperature: number;
  readonly lexicon: UserLexicon;
  readonly adapter: Adapter | undefined;
  readonly signal: AbortSignal | undefined;
  /** The noise of a sentence of this line. */
  readonly noiseOf: (sentence: string) => NoiseKey;
}

/** @throws RangeError for an unknown option or one out of range */
export function resolveOptions(options: SpeechOptions, manifest: Manifest): LineSettings {
  refuseUnknownKeys(options);
  const { voice, take, lexicon } = { ...SPEECH_DEFAULTS, ...options };
  const { temperature = manifest.sampling.temperature, adapter, signal } = options;
  if (!(temperature >= 0 && temperature < Infinity)) {
    throw new RangeError(`temperature is ${temperature}; allowed: a number of at least 0, for example 0.3.`);
  }
  if (!(Number.isInteger(take) && take >= 0 && take < 2 ** 32)) {
    throw new RangeError(`take is ${take}; allowed: a whole number from 0 to 2^32 - 1.`);
  }
  const seed = parseSeed(voice.seed ?? 0);
  const noiseOf = (sentence: string) => ({
    seedLo: seed.lo,
    seedHi: seed.hi,
    stream: lineStream(sentence, take),
  });
  return { speaker: speakerOf(voice, seed, manifest), temperature, lexicon, adapter, signal, noiseOf };
}

function refuseUnknownKeys(options: SpeechOptions): void {
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(KEYS, key));
  if (unknown === undefined) return;
  throw new RangeError(`There is no speech option "${unknown}"; allowed: ${Object.keys(KEYS).join(", ")}.`);
}

function speakerOf(voice: SpeechVoice, seed: Seed, { speaker }: Manifest): Float32Array {
  if (!("latent" in voice)) return speakerLatentOf(seed, speaker);
  const { latent } = voice;
  if (latent.length === speaker.dim && latent.every(Number.isFinite)) return latent;
  throw new RangeError(
    `voice.latent has ${latent.length} numbers; allowed: ${speaker.dim} finite numbers, as embedSpeaker gives with ` +
      `these weights.`,
  );
}
