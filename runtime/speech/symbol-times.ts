/**
 * When each symbol sounds, from the symbol each frame speaks. Times are in frames (f64): frame t lasts from t to t + 1
 * and its centre is t + 0.5.
 */

/** Half-open, in frames from the start of the sentence. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The span of every symbol reached so far. Where the pointer moves by d symbols between two frames, the d boundaries lie
 * equally spaced between the two frame centres. The first symbol starts at 0; the last one reached ends with the last
 * frame. What lies before the last frame's centre no longer changes when frames are added.
 * @param symbolIndices [T] never falling, from 0
 */
export function symbolTimes(symbolIndices: ArrayLike<number>): Span[] {
  const starts = [0];
  for (let frame = 0; frame < symbolIndices.length; frame++) {
    const moved = (symbolIndices[frame] ?? 0) + 1 - starts.length;
    for (let step = 1; step <= moved; step++) starts.push(frame - 0.5 + step / (moved + 1));
  }
  return starts.map((start, symbol) => ({ start, end: starts[symbol + 1] ?? symbolIndices.length }));
}
