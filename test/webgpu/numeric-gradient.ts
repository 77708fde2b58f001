/** Central differences in doubles: what backward kernels are compared with. */
const STEP = 1e-5;

/** @param valueOf of which the gradient at `at` is wanted */
export function numericGradient(
  valueOf: (x: Float64Array) => number,
  at: ArrayLike<number>,
  step = STEP,
): Float64Array {
  const x = Float64Array.from(at);
  return x.map((value, index) => {
    x[index] = value + step;
    const above = valueOf(x);
    x[index] = value - step;
    const below = valueOf(x);
    x[index] = value;
    return (above - below) / (2 * step);
  });
}

/** Sum of the products: a loss whose gradient with respect to `y` is `slopes`. */
export function weighted(y: ArrayLike<number>, slopes: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < y.length; index++) sum += (y[index] ?? NaN) * (slopes[index] ?? NaN);
  return sum;
}

/** Length of the difference over the length of what is expected. */
export function relativeError(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (given.length !== expected.length) return Infinity;
  let [difference, length] = [0, 0];
  for (let index = 0; index < given.length; index++) {
    difference += ((given[index] ?? NaN) - (expected[index] ?? NaN)) ** 2;
    length += (expected[index] ?? NaN) ** 2;
  }
  return Math.sqrt(difference / length);
}
