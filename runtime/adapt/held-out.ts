/** KL of lessons, by which learning is judged. */
import { beginningOf, type Lesson } from "./lesson.ts";
import type { Lessons } from "./lessons.ts";

/** Mean KL over the frames of a lesson. */
export type KlOf = (lesson: Lesson) => Promise<number>;

/** Mean KL of the held-out frames, or of the training lines when there are none. */
export async function heldOutKl({ heldOut, heldOutFrom, training }: Lessons, klOf: KlOf): Promise<number> {
  if (heldOut === undefined) return meanKl(training, klOf);
  const known = heldOutFrom === 0 ? [] : [beginningOf(heldOut, heldOutFrom)];
  const sum = (await sumOfKl([heldOut], klOf)) - (await sumOfKl(known, klOf)); // frames do not see later ones
  return sum / (framesOf([heldOut]) - heldOutFrom);
}

/** Mean over the frames of all lessons; 0 of none. */
export async function meanKl(lessons: readonly Lesson[], klOf: KlOf): Promise<number> {
  return lessons.length === 0 ? 0 : (await sumOfKl(lessons, klOf)) / framesOf(lessons);
}

/** Sum over the frames of all lessons. */
async function sumOfKl(lessons: readonly Lesson[], klOf: KlOf): Promise<number> {
  let sum = 0;
  for (const lesson of lessons) sum += (await klOf(lesson)) * framesOf([lesson]);
  return sum;
}

function framesOf(lessons: readonly Lesson[]): number {
  return lessons.reduce((total, { symbolIndices }) => total + symbolIndices.length, 0);
}
