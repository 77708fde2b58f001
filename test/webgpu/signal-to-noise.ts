/** Decibels of the expected signal over the difference; NaN when there are too few samples. */
export function signalToNoise(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  for (let at = 0; at < expected.length; at++) {
    signal += expected[at]! ** 2;
    noise += ((given[at] ?? NaN) - expected[at]!) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}
