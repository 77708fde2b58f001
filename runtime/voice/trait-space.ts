/**
 * The traits as the linear readings that the manifest fits: units here are those of the manifest (ln of Hz, ln of ratios,
 * dB per octave). Over the voices of all seeds each is Gaussian, with the center and spread given here.
 */
import type { TraitFit, TraitName } from "../manifest.ts";
import type { SpeakerCalibration } from "./speaker-latent.ts";
import { dot } from "./vectors.ts";

/** What the manifest's `speaker` says of voices. */
export interface SpeakerSpace extends SpeakerCalibration {
  readonly traits: Readonly<Record<TraitName, TraitFit>>;
  /**
   * [K][S]: |audible . (x - y)| is how different two latents are heard, in deviations of a speaker's own utterances. An
   * encoder held to N(0, I) leaves directions that it has no use for, and the language model ignores them.
   * Defaults to all directions, whitened.
   */
  readonly audible?: readonly (readonly number[])[];
}

export const TRAIT_NAMES: readonly TraitName[] = ["pitch", "size", "pace", "brightness"];

/** A reading of every trait. */
export type Readings = Readonly<Record<TraitName, number>>;

export interface TraitAxis {
  /** [S] the reading is center + axis . whitened latent. */
  readonly axis: Float64Array;
  readonly center: number;
  /** Deviation over seeds. */
  readonly spread: number;
  /** Root mean square of what the reading is off. */
  readonly error: number;
}

/** A reading from `low` to `high`; equal for an exact one. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * How far from the center, in deviations of seeds, a single trait is believed. The corpus spreads its settings evenly, so
 * its edge is at sqrt(3) of its own deviations, and seeds draw from 0.7 of those (weights/recipe/voices.py).
 */
export const TRAIT_REACH = 2.5;

const known = new WeakMap<SpeakerSpace, Readonly<Record<TraitName, TraitAxis>>>();

/** The traits over whitened latents, worked out once for a speaker space. */
export function traitAxes(speaker: SpeakerSpace): Readonly<Record<TraitName, TraitAxis>> {
  const axes = known.get(speaker) ?? everyTrait((name) => axisOf(speaker.traits[name], speaker));
  known.set(speaker, axes);
  return axes;
}

function axisOf({ weights, bias, error }: TraitFit, { mean, cholesky }: SpeakerCalibration): TraitAxis {
  const axis = Float64Array.from(mean, (_, column) =>
    weights.reduce((sum, weight, row) => sum + weight * (cholesky[row]?.[column] ?? 0), 0),
  );
  return { axis, center: dot(weights, mean) + bias, spread: Math.sqrt(dot(axis, axis)), error };
}

/** A record of all traits. */
export function everyTrait<T>(make: (name: TraitName) => T): Record<TraitName, T> {
  return {
    pitch: make("pitch"),
    size: make("size"),
    pace: make("pace"),
    brightness: make("brightness"),
  };
}

/** The readings of a whitened latent [S]. */
export function readTraits(whitened: ArrayLike<number>, speaker: SpeakerSpace): Readings {
  const axes = traitAxes(speaker);
  return everyTrait((name) => axes[name].center + dot(axes[name].axis, whitened));
}

/** The readings that the corpus has of a trait. */
export function traitRange(name: TraitName, speaker: SpeakerSpace): Range {
  const { center, spread } = traitAxes(speaker)[name];
  return { low: center - TRAIT_REACH * spread, high: center + TRAIT_REACH * spread };
}

/** A reading in the unit people use: Hz, ratio to a grown man's tract, ratio to the usual rate, dB per octave. */
export function toUnit(name: TraitName, reading: number): number {
  return name === "brightness" ? reading : Math.exp(reading);
}

/** The reading of a value in the unit people use; NaN for a pitch, size or pace that is not positive. */
export function fromUnit(name: TraitName, value: number): number {
  return name === "brightness" ? value : value > 0 ? Math.log(value) : NaN;
}
