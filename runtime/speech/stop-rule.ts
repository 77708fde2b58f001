import type { StopRule } from "../manifest.ts";

/**
 * Mean over dims of KL( N(mean, e^logScale) || N(targetMean, e^targetLogScale) ), in nats.
 * Source: KALL-E (arXiv 2412.16846), end-of-speech by a preset distribution.
 */
export function divergenceFromEnd(mean: Float32Array, logScale: Float32Array, target: StopRule): number {
  const targetVariance = Math.exp(2 * target.targetLogScale);
  const sum = mean.reduce((total, center, dim) => {
    const scale = logScale[dim] ?? 0;
    const spread = Math.exp(2 * scale) + (center - target.targetMean) ** 2;
    return total + target.targetLogScale - scale + spread / (2 * targetVariance) - 0.5;
  }, 0);
  return sum / mean.length;
}

/** True when the prediction says that speech is over. Only asked when the pointer is on the final mark. */
export function predictsEnd(mean: Float32Array, logScale: Float32Array, rule: StopRule): boolean {
  return divergenceFromEnd(mean, logScale, rule) < rule.klThreshold;
}

/** True when the pointer has stood on the final mark for long enough; `rest` counts the frame just spoken. */
export function hasRested(rest: number, { restFrames }: StopRule): boolean {
  return rest > restFrames;
}

/** The most frames a sentence of `symbolCount` symbols can have under the pointer and rest rules. */
export function mostFrames(symbolCount: number, { maxAge, restFrames }: StopRule): number {
  return symbolCount * (maxAge + 1) + restFrames;
}
