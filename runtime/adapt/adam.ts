/** Running means of the gradient and of its square. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export interface AdamSettings {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
}

const EPSILON = 1e-8;

/**
 * One step of AdamW, in place of `values` and `moments`.
 * Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.
 * @param step number of this step, from 1
 */
export function stepAdam(
  values: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  step: number,
  { learningRate, weightDecay, beta1, beta2 }: AdamSettings,
): void {
  const firstBias = 1 - beta1 ** step;
  const secondBias = 1 - beta2 ** step;
  for (let i = 0; i < values.length; i++) {
    const slope = gradient[i] ?? 0;
    const mean = beta1 * (first[i] ?? 0) + (1 - beta1) * slope;
    const square = beta2 * (second[i] ?? 0) + (1 - beta2) * slope * slope;
    first[i] = mean;
    second[i] = square;
    const move = mean / firstBias / (Math.sqrt(square / secondBias) + EPSILON);
    const value = values[i] ?? 0;
    values[i] = value - learningRate * (move + weightDecay * value);
  }
}

/** Moves `average` towards `values`: an exponential moving average that starts quickly. */
export function followAverage(
  average: Float32Array,
  values: Float32Array,
  step: number,
  decay: number,
): void {
  const kept = Math.min(decay, step / (step + 9));
  for (let i = 0; i < average.length; i++) {
    average[i] = kept * (average[i] ?? 0) + (1 - kept) * (values[i] ?? 0);
  }
}
