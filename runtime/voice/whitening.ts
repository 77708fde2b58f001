/**
 * Whitened coordinates of voices: latent = mean + cholesky * whitened. Seeds draw each of them from N(0, 1) by itself, so
 * lengths and distances there are in deviations of the voices there are.
 */

/** The part of SpeakerCalibration that whitening needs. */
export interface Whitening {
  readonly mean: readonly number[];
  readonly cholesky: readonly (readonly number[])[];
}

/** Whitened [S] -> speaker latent f32 [S]. */
export function latentAt(whitened: ArrayLike<number>, { mean, cholesky }: Whitening): Float32Array {
  return Float32Array.from(mean, (center, row) => {
    const factors = cholesky[row] ?? [];
    let sum = center;
    for (let column = 0; column <= row; column++) sum += (factors[column] ?? 0) * (whitened[column] ?? 0);
    return sum;
  });
}

/** Speaker latent [S] -> whitened f64 [S], by forward substitution. */
export function whiten(latent: ArrayLike<number>, { mean, cholesky }: Whitening): Float64Array {
  const whitened = new Float64Array(mean.length);
  mean.forEach((center, row) => {
    const factors = cholesky[row] ?? [];
    let rest = (latent[row] ?? 0) - center;
    for (let column = 0; column < row; column++) rest -= (factors[column] ?? 0) * (whitened[column] ?? 0);
    whitened[row] = rest / (factors[row] ?? 1);
  });
  return whitened;
}
