import type { Adapter, NoiseKey } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import { type Manner, STYLE_NAMES, type StyleName, stylesOf } from "../styles.ts";
import { inferManner } from "../text/infer-manner.ts";
import type { UserLexicon } from "../text/lexicon.ts";
import type { SentenceSegment } from "../text/phonemize.ts";
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
  /**
   * How the line is spoken where no tag (`<whisper>...</whisper>`) or stage direction (`*whispers*`) in it says
   * otherwise. Defaults to what spelling tells of each sentence: capitals shout, "Halt!" is a little excited, and so on.
   */
  readonly style?: StyleName | "neutral";
  /** How strong `style` is, above 0 to 1; needs a style. Defaults to 0.8. */
  readonly intensity?: number;
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
  style: true,
  intensity: true,
  lexicon: true,
  adapter: true,
  signal: true,
};

/** Of a style that is asked for without an intensity. */
const USUAL_INTENSITY = 0.8;

/** Options checked and worked out for a model. */
export interface LineSettings {
  /** [S] */
  readonly speaker: Float32Array;
  readonly temperature: number;
  /** How a sentence of this line is spoken, in a style that the model has; undefined = neutral. */
  readonly mannerOf: (sentence: SentenceSegment) => Manner | undefined;
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
  const speaker = speakerOf(voice, seed, manifest);
  return { speaker, temperature, mannerOf: mannerRule(options, manifest), lexicon, adapter, signal, noiseOf };
}

/** What the text marks comes first, then what the caller wishes, then what spelling tells. */
function mannerRule(options: SpeechOptions, manifest: Manifest): LineSettings["mannerOf"] {
  const { style, intensity } = options;
  checkStyle(style, intensity, manifest);
  const usual = (name: StyleName, strength = USUAL_INTENSITY) => ({ style: name, intensity: strength });
  const wished = (sentence: SentenceSegment): Manner | undefined => {
    if (sentence.style !== undefined) return usual(sentence.style);
    if (style === undefined) return inferManner(sentence);
    return style === "neutral" ? undefined : usual(style, intensity);
  };
  const styles = stylesOf(manifest);
  return (sentence) => {
    const manner = wished(sentence);
    return manner !== undefined && styles.includes(manner.style) ? manner : undefined;
  };
}

function checkStyle(style: unknown, intensity: unknown, manifest: Manifest): void {
  const { name } = manifest;
  const styles = stylesOf(manifest);
  const allowed = ["neutral", ...styles].join(", ");
  if (style !== undefined && style !== "neutral" && !(styles as readonly unknown[]).includes(style)) {
    const isKnown = (STYLE_NAMES as readonly unknown[]).includes(style);
    throw new RangeError(
      `${isKnown ? `The weights "${name}" have not learned the style` : "There is no style"} ${JSON.stringify(style)}; ` +
        `allowed: ${allowed}. Use one of them, or weights with this style.`,
    );
  }
  if (intensity === undefined) return;
  const hasStyle = style !== undefined && style !== "neutral";
  if (hasStyle && typeof intensity === "number" && intensity > 0 && intensity <= 1) return;
  throw new RangeError(
    `intensity is ${String(intensity)}${hasStyle ? "" : " without a style"}; allowed: a number above 0 to 1 beside a ` +
      `style, for example { style: "whisper", intensity: 0.8 }.`,
  );
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
