import type { Manifest } from "../manifest.ts";
import { conditioningOf } from "../styles.ts";
import { beginningOf, framesOf, type Lesson } from "./lesson.ts";
import type { ReadSentence } from "./read-sentence.ts";

/** Silence at the end of a sentence in the training data, in frames; longer ones are cut. */
const MOST_TRAIL_FRAMES = 3;
/** A sentence of fewer frames teaches nothing. */
export const FEWEST_FRAMES = 6;
/**
 * Share of the frames that are held out from training, to see when it has learned enough: the last ones. With a fifth, a second
 * of speech, chance decided; and half of 5 s teaches as much of other lines as four fifths.
 */
const HELD_OUT = 0.5;

/** What a voice is learned from, and what it is judged by. */
export interface Lessons {
  readonly training: readonly Lesson[];
  /** The last line as a whole; none when the recording is too short to be shared. */
  readonly heldOut: Lesson | undefined;
  /** The first frame of it that no training line has. */
  readonly heldOutFrom: number;
}

/** The sentences of a recording as lessons; the last frames are held out from training. */
export function lessonsOf(
  sentences: readonly ReadSentence[],
  speaker: Float32Array,
  manifest: Manifest,
): Lessons {
  const conditioning = conditioningOf(speaker, manifest);
  const lessons = sentences.map((sentence) => trimmed(sentence, conditioning, manifest.latentDim));
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

/** A sentence without silence at its end that the training data does not have. */
function trimmed(
  { symbols, symbolIndices, posterior }: ReadSentence,
  conditioning: Float32Array,
  dim: number,
): Lesson {
  const last = symbols.length - 1;
  const trail = symbolIndices.toReversed().findIndex((symbol) => symbol < last);
  const end = symbolIndices.length - Math.max(0, trail - MOST_TRAIL_FRAMES);
  return {
    conditioning,
    symbols,
    symbolIndices: symbolIndices.slice(0, end),
    target: framesOf(posterior, 0, end, dim),
  };
}
