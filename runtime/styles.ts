/** How a line is spoken beside whose voice it is: the styles, and how the model is told of them. */
import type { ModelManifest } from "./manifest.ts";

/** Every style a model may have learned. */
export const STYLE_NAMES = ["whisper", "shout", "weary", "excited", "calm"] as const;
export type StyleName = (typeof STYLE_NAMES)[number];

/** A style and how strong it is, above 0 to 1. */
export interface Manner {
  readonly style: StyleName;
  readonly intensity: number;
}

/** In decibels at full intensity. The model speaks all styles equally loud. */
const LOUDNESS: Readonly<Record<StyleName, number>> = {
  whisper: -9,
  shout: 4,
  weary: -2,
  excited: 1,
  calm: -2,
};

/** How much louder than neutral speech a manner is played, as a factor. */
export function gainOf(manner: Manner | undefined): number {
  return manner === undefined ? 1 : 10 ** ((LOUDNESS[manner.style] * manner.intensity) / 20);
}

export function isStyleName(text: string): text is StyleName {
  return (STYLE_NAMES as readonly string[]).includes(text);
}

/** Numbers that condition a model: a speaker latent and the intensity of each of its styles; none without voices. */
export function conditioningSize({ speaker, styles }: ModelManifest): number {
  return (speaker?.dim ?? 0) + styles.length;
}

/**
 * What the model is conditioned on: speaker latent [S], then the intensity of each style the model has [K], all 0 for
 * neutral speech.
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
