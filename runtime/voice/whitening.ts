/**
 * Whitened coordinates of a Gaussian: latent = mean + cholesky * whitened, where each of them is N(0, 1) by itself, so
 * lengths and distances there are in deviations.
 */

/** A Gaussian over latents: its mean [S] and the lower-triangular factor [S][S] of its covariance. */
export interface Whitening {
  readonly mean: readonly number[];
  readonly cholesky: readonly (readonly number[])[];
}

/** Whitened [S] -> speaker latent f32 [S]. */
export function latentAt(whitened: ArrayLike<number>, { mean, cholesky }: Whitening): Float32Array {
  const latent = new Float32Array(mean.length);
  for (let row = 0; row < latent.length; row++) {
    const factors = cholesky[row] ?? [];
    let sum = mean[row] ?? 0;
    for (let column = 0; column <= row; column++) sum += (factors[column] ?? 0) * (whitened[column] ?? 0);
    latent[row] = sum;
  }
  return latent;
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
