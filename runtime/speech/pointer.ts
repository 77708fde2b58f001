import type { PointerSizes, StopRule } from "../manifest.ts";

const PAD = 0;

/** Where a sentence is being spoken. */
export interface Pointer {
  /** Index of the symbol being spoken; 0 is `<s>`. */
  readonly symbol: number;
  /** Frames since the pointer reached it. */
  readonly age: number;
}

export const POINTER_START: Pointer = { symbol: 0, age: 0 };

/** Ids of the symbols round the pointer [windowBefore + 1 + windowAfter], `<pad>` beyond the ends. */
export function windowOf(symbols: Int32Array, { symbol }: Pointer, sizes: PointerSizes): Int32Array {
  return Int32Array.from(
    { length: sizes.windowBefore + 1 + sizes.windowAfter },
    (_, place) => symbols[symbol - sizes.windowBefore + place] ?? PAD,
  );
}

/** The age as the model reads it. */
export function ageInput({ age }: Pointer, { ages }: PointerSizes): number {
  return Math.min(age, ages - 1);
}

/**
 * The pointer after a frame: it moves by the likeliest step, is pushed on when it stayed for `maxAge` frames, and never
 * passes the final mark. So a sentence cannot run away, repeat or skip (weights/FORMAT.md, step 4).
 * @param advance probability of moving by 0, 1, ... maxAdvance symbols
 */
export function movePointer(
  pointer: Pointer,
  advance: Float32Array,
  last: number,
  { maxAge }: StopRule,
): Pointer {
  const likeliest = argmax(advance);
  const pushed = likeliest === 0 && pointer.age >= maxAge ? 1 : likeliest;
  const moved = Math.min(pushed, last - pointer.symbol);
  return { symbol: pointer.symbol + moved, age: moved === 0 ? pointer.age + 1 : 0 };
}

/** The pointer at each frame of a line whose frames' symbols [T] are known. */
export function pointersAlong(symbolIndices: Int32Array): Pointer[] {
  let since = 0;
  return Array.from(symbolIndices, (symbol, frame) => {
    if (symbol !== symbolIndices[since]) since = frame;
    return { symbol, age: frame - since };
  });
}

/** What says that it is not known how far the pointer moves. */
export const UNKNOWN_ADVANCE = -1;

/** [T] how far the pointer moves after each frame of a line, at most `maxAdvance`; not known after the last. */
export function advancesAlong(symbolIndices: Int32Array, { maxAdvance }: PointerSizes): Int32Array {
  return symbolIndices.map((symbol, frame) => {
    const next = symbolIndices[frame + 1];
    return next === undefined ? UNKNOWN_ADVANCE : Math.min(next - symbol, maxAdvance);
  });
}

/** Index of the largest value; the first of equals. */
function argmax(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? -Infinity) ? index : best), 0);
}
