import type { Posterior, TrainingLine } from "../backend.ts";
import { fillGaussian, pcg4d } from "../voice/gaussian.ts";

/** A line of which the frames are known by their posterior; each step of training reads another draw of it (Eq. 11). */
export type Lesson = Omit<TrainingLine, "latents">;

/** What is done to the frames that the model reads, as in the training of the model, so that it does not rely on them. */
export interface InputNoise {
  /** Largest deviation of the noise that is added; each draw has its own. */
  readonly deviation: number;
  /** Share of the frames that are zeroed. */
  readonly dropped: number;
}

const STREAMS_A_DRAW = 3;

/**
 * Draw number `draw` of a lesson: the same draw of the same seed is always the same.
 * @param draw from 0
 */
export function drawLine(
  lesson: Lesson,
  seed: number,
  draw: number,
  { deviation, dropped }: InputNoise,
): TrainingLine {
  const { mean, logScale } = lesson.target;
  const key = { lo: seed, hi: 1 };
  const stream = 1 + draw * STREAMS_A_DRAW;
  const own = fillGaussian(new Float32Array(mean.length), key, stream, 0);
  const added = fillGaussian(new Float32Array(mean.length), key, stream + 1, 0);
  const size = deviation * uniform(seed, stream + 2, 0);
  const frames = lesson.symbolIndices.length;
  const dim = mean.length / frames;
  const kept = Array.from({ length: frames }, (_, frame) => uniform(seed, stream + 2, 1 + frame) >= dropped);
  const latents = mean.map((value, i) => {
    if (kept[Math.floor(i / dim)] !== true) return 0;
    return value + Math.exp(logScale[i] ?? 0) * (own[i] ?? 0) + size * (added[i] ?? 0);
  });
  return { ...lesson, latents };
}

/** From 0 to below 1. */
function uniform(seed: number, stream: number, index: number): number {
  return pcg4d(seed, 2, stream, index)[0] / 2 ** 32;
}

/** The line read without noise, for judging. */
export function meanLine(lesson: Lesson): TrainingLine {
  return { ...lesson, latents: lesson.target.mean };
}

/** Frames [first, end) of a posterior with rows of `dim`. */
export function framesOf({ mean, logScale }: Posterior, first: number, end: number, dim: number): Posterior {
  return {
    mean: mean.slice(first * dim, end * dim),
    logScale: logScale.slice(first * dim, end * dim),
  };
}

/** The first frames of a lesson: the same text, of which the end is not spoken. */
export function beginningOf(lesson: Lesson, frames: number): Lesson {
  const { symbolIndices, target } = lesson;
  return {
    ...lesson,
    symbolIndices: symbolIndices.slice(0, frames),
    target: framesOf(target, 0, frames, target.mean.length / symbolIndices.length),
  };
}
