import type { Posterior } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import { conditioningOf } from "../styles.ts";
import type { AlignedSentence } from "./align.ts";
import { beginningOf, framesOf, type Lesson } from "./lesson.ts";

/** Silence at the ends of a sentence in the training data, in frames; longer ones are cut. */
const MOST_LEAD_FRAMES = 1;
const MOST_TRAIL_FRAMES = 3;
/** A sentence of fewer frames teaches nothing. */
const FEWEST_FRAMES = 6;
/** Share of the frames that are held out from training, to see when it has learned enough: the last ones. */
const HELD_OUT = 0.2;

/** What a voice is learned from, and what it is judged by. */
export interface Lessons {
  readonly training: readonly Lesson[];
  /** The last line as a whole; none when the recording is too short to be shared. */
  readonly heldOut: Lesson | undefined;
  /** The first frame of it that no training line has. */
  readonly heldOutFrom: number;
}

/**
 * The aligned sentences of a recording as lessons; the last frames are held out from training.
 * @param posterior [T, D] of the whole recording
 */
export function lessonsOf(
  sentences: readonly AlignedSentence[],
  posterior: Posterior,
  speaker: Float32Array,
  manifest: Manifest,
): Lessons {
  const conditioning = conditioningOf(speaker, manifest);
  const lessons = sentences
    .map((sentence) => trimmed(sentence, posterior, conditioning, manifest.latentDim))
    .filter(({ symbolIndices }) => symbolIndices.length >= FEWEST_FRAMES);
  const frames = lessons.reduce((total, { symbolIndices }) => total + symbolIndices.length, 0);
  const last = lessons.at(-1);
  if (last === undefined || frames * HELD_OUT < FEWEST_FRAMES) {
    return { training: lessons, heldOut: undefined, heldOutFrom: 0 };
  }
  const before = lessons.slice(0, -1);
  const kept = last.symbolIndices.length - Math.round(frames * HELD_OUT);
  if (kept < FEWEST_FRAMES && before.length > 0) return { training: before, heldOut: last, heldOutFrom: 0 };
  return { training: [...before, beginningOf(last, kept)], heldOut: last, heldOutFrom: kept };
}

/** A sentence with the silence that the training data has, beginning at its first symbol as speech does. */
function trimmed(
  { symbols, firstFrame, symbolIndices }: AlignedSentence,
  posterior: Posterior,
  conditioning: Float32Array,
  dim: number,
): Lesson {
  const last = symbols.length - 1;
  const lead = symbolIndices.findIndex((symbol) => symbol > 0);
  const trail = symbolIndices.toReversed().findIndex((symbol) => symbol < last);
  const start = Math.max(0, lead - MOST_LEAD_FRAMES);
  const end = symbolIndices.length - Math.max(0, trail - MOST_TRAIL_FRAMES);
  return {
    conditioning,
    symbols,
    symbolIndices: symbolIndices.slice(start, end).with(0, 0),
    target: framesOf(posterior, firstFrame + start, firstFrame + end, dim),
  };
}
