/** What the manifest says of voices (weights/FORMAT.md): the speaker encoder, where seeds draw from, and what latents tell. */
import { arrayOf, integer, listOf, number, object, oneOf, type Parser } from "./parse.ts";

/** What is told of a voice: `weights` [dim] . latent + `bias`, off by `error` (root mean square) on corpus speakers. */
export interface TraitFit {
  readonly weights: readonly number[];
  readonly bias: number;
  readonly error: number;
}

/** Units: ln of Hz, ln of vocal-tract length / a grown man's, ln of speech rate / the corpus mean, dB per octave. */
export type TraitName = "pitch" | "size" | "pace" | "brightness";

/** Readings of a trait, from `low` to `high`, between which the model speaks clearly. */
export interface ClearRange {
  readonly trait: TraitName;
  readonly low: number;
  readonly high: number;
}

/** A Gaussian from which a share `weight` of all seeds draws: its mean [dim] and lower-triangular factor [dim][dim]. */
export interface SpeakerComponent {
  readonly weight: number;
  readonly mean: readonly number[];
  readonly cholesky: readonly (readonly number[])[];
}

/** The speaker encoder, the voices of seeds among its latents, and what latents tell. */
export interface SpeakerSizes {
  readonly mels: number;
  readonly fftSize: number;
  readonly hopSize: number;
  readonly channels: number;
  readonly pooled: number;
  readonly dim: number;
  /** Mean [dim] and lower-triangular factor [dim][dim] of the covariance of the voices of all seeds. */
  readonly mean: readonly number[];
  readonly cholesky: readonly (readonly number[])[];
  readonly components: readonly SpeakerComponent[];
  /** [K][dim]: the directions in which voices are heard to differ, in deviations within one speaker. */
  readonly audible: readonly (readonly number[])[];
  readonly traits: Readonly<Record<TraitName, TraitFit>>;
  /** Where seeds draw: one whose reading lies outside draws again. */
  readonly clear: readonly ClearRange[];
}

const positive = integer(1);

const component = object<SpeakerComponent>({
  weight: number(0),
  mean: arrayOf(number()),
  cholesky: arrayOf(arrayOf(number())),
});

const clearRange = object<ClearRange>({
  trait: oneOf("pitch", "size", "pace", "brightness"),
  low: number(),
  high: number(),
});

const trait = object<TraitFit>({ weights: arrayOf(number()), bias: number(), error: number(0) });

export const speakerSizes: Parser<SpeakerSizes> = object<SpeakerSizes>({
  mels: positive,
  fftSize: positive,
  hopSize: positive,
  channels: positive,
  pooled: positive,
  dim: positive,
  mean: arrayOf(number()),
  cholesky: arrayOf(arrayOf(number())),
  components: arrayOf(component),
  audible: arrayOf(arrayOf(number())),
  traits: object({ pitch: trait, size: trait, pace: trait, brightness: trait }),
  clear: listOf(clearRange),
});

/** What must hold between keys: [key path, holds, what is allowed]. */
export type Relation = readonly [string, boolean, string];

export function speakerRelations(speaker: SpeakerSizes): readonly Relation[] {
  return [
    ["speaker.mean", speaker.mean.length === speaker.dim, "speaker.dim numbers"],
    [
      "speaker.cholesky",
      isFactor(speaker.cholesky, speaker.dim),
      "speaker.dim rows, lower triangular, diagonal above 0",
    ],
    [
      "speaker.components",
      speaker.components.every(({ mean }) => mean.length === speaker.dim),
      "means of speaker.dim numbers",
    ],
    [
      "speaker.components",
      speaker.components.every(({ cholesky }) => isFactor(cholesky, speaker.dim)),
      "factors of speaker.dim rows, lower triangular, diagonal above 0",
    ],
    [
      "speaker.components",
      Math.abs(speaker.components.reduce((sum, { weight }) => sum + weight, 0) - 1) < WEIGHT_SLACK,
      "weights that sum up to 1",
    ],
    [
      "speaker.clear",
      speaker.clear.every(({ low, high }) => low < high),
      "ranges whose low is below their high",
    ],
    [
      "speaker.audible",
      speaker.audible.every((row) => row.length === speaker.dim),
      "rows of speaker.dim numbers",
    ],
    ...Object.entries(speaker.traits).map(
      ([name, { weights }]) =>
        [`speaker.traits.${name}.weights`, weights.length === speaker.dim, "speaker.dim numbers"] as const,
    ),
  ];
}

/** Weights are stored with 6 decimals. */
const WEIGHT_SLACK = 1e-4;

/** True for a lower-triangular matrix [dim][dim] that can be inverted. */
function isFactor(rows: readonly (readonly number[])[], dim: number): boolean {
  return (
    rows.length === dim &&
    rows.every(
      (row, i) =>
        row.length === dim && (row[i] ?? 0) > 0 && row.every((value, column) => column <= i || value === 0),
    )
  );
}
