import type { Manifest } from "../manifest.ts";
import { type Consent, requireConsent } from "./consent.ts";
import type { Lesson } from "./lesson.ts";
import { refuseOtherModel } from "./model-hash.ts";
import { packTensors, unpackTensors, vector } from "./tensor-file.ts";

/**
 * Everything of a voice that is being learned, between two steps. Only numbers, strings and typed arrays, so that it can
 * be cloned and stored; `writeLearnState` makes bytes of it. The recording is not in it.
 */
export interface LearnState {
  readonly name: string;
  /** SHA-256 of the language model. */
  readonly model: string;
  readonly consent: Consent;
  /** Speaker latent [S], as it was fitted; the lessons' own. */
  readonly latent: Float32Array;
  /** Of speech in the recording. */
  readonly seconds: number;
  readonly alignmentCost: number;
  readonly training: readonly Lesson[];
  /** Lines of the model's own, so that it does not forget what the recording does not say. */
  readonly rehearsal: readonly Lesson[];
  /** The last line as a whole, and its first frame that no training line has. */
  readonly heldOut: Lesson | undefined;
  readonly heldOutFrom: number;
  readonly rank: number;
  /** Steps to be done at most, and steps done. */
  readonly steps: number;
  readonly step: number;
  /** The adapter's numbers as they are trained, their running average, and the optimiser's moments. */
  readonly values: Float32Array;
  readonly average: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** KL on the held-out frames before the latent was fitted, or on the training lines when there are none. */
  readonly klBefore: number;
  /** KL on the rehearsed lines before training. */
  readonly rehearsedBefore: number;
  /** The average that was best on the held-out frames, when, and how good. */
  readonly best: Float32Array;
  readonly bestStep: number;
  readonly bestKl: number;
}

const KIND = { magic: "KALLEARN", what: "training state" } as const;

/** The bytes of a state. */
export function writeLearnState(state: LearnState): Uint8Array<ArrayBuffer> {
  const { training, rehearsal, heldOut, latent, values, average, first, second, best, ...rest } = state;
  const arrays: Record<string, Float32Array | Int32Array> = { latent, values, average, first, second, best };
  const lessons = [...training, ...rehearsal, ...(heldOut === undefined ? [] : [heldOut])];
  for (const [i, { conditioning, symbols, symbolIndices, target }] of lessons.entries()) {
    const { mean, logScale } = target;
    for (const [key, data] of Object.entries({ conditioning, symbols, symbolIndices, mean, logScale })) {
      arrays[`${i}.${key}`] = data;
    }
  }
  const saved: SavedState = {
    ...rest,
    trainingLessons: training.length,
    rehearsalLessons: rehearsal.length,
    lessons: lessons.length,
  };
  const tensors = new Map(Object.entries(arrays).map(([name, data]) => [name, vector(data)]));
  return packTensors(KIND, { state: JSON.stringify(saved) }, tensors);
}

/**
 * @throws AdapterError when the bytes are damaged or for another model, ConsentError when they hold no consent
 */
export function readLearnState(bytes: Uint8Array, manifest: Manifest): LearnState {
  const { json, floats, integers } = unpackTensors(KIND, bytes);
  const { trainingLessons, rehearsalLessons, lessons: count, ...rest } = json("state") as SavedState;
  requireConsent(rest.consent);
  refuseOtherModel(rest.model, KIND.what, manifest);
  const lessons = Array.from({ length: count }, (_, i) => ({
    conditioning: floats(`${i}.conditioning`),
    symbols: integers(`${i}.symbols`),
    symbolIndices: integers(`${i}.symbolIndices`),
    target: { mean: floats(`${i}.mean`), logScale: floats(`${i}.logScale`) },
  }));
  return {
    ...rest,
    latent: floats("latent"),
    training: lessons.slice(0, trainingLessons),
    rehearsal: lessons.slice(trainingLessons, trainingLessons + rehearsalLessons),
    heldOut: lessons[trainingLessons + rehearsalLessons],
    values: floats("values"),
    average: floats("average"),
    first: floats("first"),
    second: floats("second"),
    best: floats("best"),
  };
}

type Arrays = "latent" | "values" | "average" | "first" | "second" | "best";

/** What is kept as JSON; the lessons are numbered: training, rehearsal, then the one that is held out. */
interface SavedState extends Omit<LearnState, Arrays | "training" | "rehearsal" | "heldOut"> {
  readonly trainingLessons: number;
  readonly rehearsalLessons: number;
  readonly lessons: number;
}
