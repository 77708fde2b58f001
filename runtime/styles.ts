/** How a line is spoken beside whose voice it is: the styles, and how the model is told of them. */
import type { ModelManifest } from "./manifest.ts";

/** Every style that there is. */
export const STYLE_NAMES = ["whisper", "shout", "weary", "excited", "calm"] as const;
export type StyleName = (typeof STYLE_NAMES)[number];

/** A style and how strong it is, above 0 to 1. */
export interface Manner {
  readonly style: StyleName;
  readonly intensity: number;
}

/** In decibels at full intensity. The model speaks all styles equally loud, but a whisper, which loses 4 dB with the voice. */
const LOUDNESS: Readonly<Record<StyleName, number>> = {
  whisper: -5,
  shout: 4,
  weary: -2,
  excited: 1,
  calm: -2,
};

/** How much louder than neutral speech a manner is played, as a factor. */
export function gainOf(manner: Manner | undefined): number {
  return manner === undefined ? 1 : 10 ** ((LOUDNESS[manner.style] * manner.intensity) / 20);
}

/** At this intensity and above a whisper has no voice left (weights/recipe/styles.py). */
const VOICELESS_FROM = 1 / 1.6;

/** Share of the voice that is breath in a manner (SentenceRequest). What other styles have of it the model has learned. */
export function breathOf(manner: Manner | undefined): number {
  return manner?.style === "whisper" ? Math.min(1, manner.intensity / VOICELESS_FROM) : 0;
}

/** Whether the decoder can make the breath of a whisper. */
export function canWhisper({ decoder }: ModelManifest): boolean {
  return decoder.kind === "source-filter" && decoder.breath === true;
}

/** The styles that a model can speak: those that it has learned, and a whisper where its decoder makes one of any voice. */
export function stylesOf(manifest: ModelManifest): readonly StyleName[] {
  return STYLE_NAMES.filter(
    (name) => manifest.styles.includes(name) || (name === "whisper" && canWhisper(manifest)),
  );
}

export function isStyleName(text: string): text is StyleName {
  return (STYLE_NAMES as readonly string[]).includes(text);
}

/** Numbers that condition a model: a speaker latent and the intensity of each style it has learned; none without voices. */
export function conditioningSize({ speaker, styles }: ModelManifest): number {
  return (speaker?.dim ?? 0) + styles.length;
}

/**
 * What the model is conditioned on: speaker latent [S], then the intensity of each style it has learned [K], all 0 for
 * neutral speech and for a whisper that the decoder alone makes.
 */
export function conditioningOf(
  speaker: Float32Array,
  { styles }: ModelManifest,
  manner?: Manner,
): Float32Array {
  return Float32Array.of(
    ...speaker,
    ...styles.map((style) => (style === manner?.style ? manner.intensity : 0)),
  );
}
