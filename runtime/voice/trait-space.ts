/**
 * The traits as the linear readings that the manifest fits: units here are those of the manifest (ln of Hz, ln of ratios,
 * dB per octave). Within a component of the voices there are each is Gaussian.
 */
import type { TraitFit, TraitName } from "../manifest.ts";
import { readTrait } from "./read-trait.ts";
import type { SpeakerCalibration } from "./speaker-latent.ts";
import { dot } from "./vectors.ts";
import type { Whitening } from "./whitening.ts";

/** What the manifest's `speaker` says of voices. */
export interface SpeakerSpace extends SpeakerCalibration {
  /**
   * [K][S]: |audible . (x - y)| is how different two latents are heard, in deviations of a speaker's own utterances. An
   * encoder held to N(0, I) leaves directions that it has no use for, and the language model ignores them.
   */
  readonly audible: readonly (readonly number[])[];
}

export const TRAIT_NAMES: readonly TraitName[] = ["pitch", "size", "pace", "brightness"];

/** A reading of every trait. */
export type Readings = Readonly<Record<TraitName, number>>;

/** A trait over the whitened latents of a Gaussian. */
export interface TraitAxis {
  /** [S] the reading is center + axis . whitened latent. */
  readonly axis: Float64Array;
  readonly center: number;
  readonly spread: number;
  /** Root mean square of what the reading is off. */
  readonly error: number;
}

export type TraitAxes = Readonly<Record<TraitName, TraitAxis>>;

/** A reading from `low` to `high`; equal for an exact one. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * How far from the center of a component, in its deviations, a single trait is believed. The corpus spreads its settings
 * evenly, so its edge is at sqrt(3) of its own deviations, and seeds draw from 0.7 of those (weights/recipe/voices.py).
 */
export const TRAIT_REACH = 2.5;

const known = new WeakMap<SpeakerSpace, TraitAxes>();
const knownOfComponents = new WeakMap<SpeakerSpace, readonly TraitAxes[]>();

/** The traits over the voices of all seeds, worked out once for a speaker space. */
export function traitAxes(speaker: SpeakerSpace): TraitAxes {
  const axes = known.get(speaker) ?? axesOver(speaker, speaker);
  known.set(speaker, axes);
  return axes;
}

/** The traits over each component, worked out once for a speaker space. */
export function componentAxes(speaker: SpeakerSpace): readonly TraitAxes[] {
  const axes =
    knownOfComponents.get(speaker) ?? speaker.components.map((component) => axesOver(component, speaker));
  knownOfComponents.set(speaker, axes);
  return axes;
}

function axesOver(voices: Whitening, { traits }: SpeakerSpace): TraitAxes {
  return everyTrait((name) => axisOf(traits[name], voices));
}

function axisOf({ weights, bias, error }: TraitFit, { mean, cholesky }: Whitening): TraitAxis {
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

/** The readings of a speaker latent [S]. */
export function readTraits(latent: ArrayLike<number>, speaker: SpeakerSpace): Readings {
  return everyTrait((name) => readTrait(name, latent, speaker));
}

/** The readings that voices have of a trait: as far as any component reaches. */
export function traitRange(name: TraitName, speaker: SpeakerSpace): Range {
  const axes = componentAxes(speaker).map((each) => each[name]);
  return {
    low: Math.min(...axes.map(({ center, spread }) => center - TRAIT_REACH * spread)),
    high: Math.max(...axes.map(({ center, spread }) => center + TRAIT_REACH * spread)),
  };
}

/** A reading in the unit people use: Hz, ratio to a grown man's tract, ratio to the usual rate, dB per octave. */
export function toUnit(name: TraitName, reading: number): number {
  return name === "brightness" ? reading : Math.exp(reading);
}

/** The reading of a value in the unit people use; NaN for a pitch, size or pace that is not positive. */
export function fromUnit(name: TraitName, value: number): number {
  return name === "brightness" ? value : value > 0 ? Math.log(value) : NaN;
}
