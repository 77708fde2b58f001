import type { LanguageModelSizes } from "../manifest.ts";

/**
 * Angles per position [headDim / 2] of rotary embedding, with the scaling of Llama 3 where the model has it.
 * Source: https://github.com/meta-llama/llama-models, models/llama3/model.py.
 */
export function ropeFrequencies({ dim, heads, ropeTheta, ropeScaling }: LanguageModelSizes): Float32Array {
  const half = dim / heads / 2;
  return Float32Array.from({ length: half }, (_, index) => {
    const frequency = ropeTheta ** (-index / half);
    if (ropeScaling === null) return frequency;
    const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalMaxPosition } = ropeScaling;
    const turns = (originalMaxPosition * frequency) / (2 * Math.PI);
    const smooth = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return frequency * ((1 - smooth) / factor + smooth);
  });
}

/** Cosines and sines of every position [positions, 2, headDim / 2]; the angles are rounded to f32 as in training. */
export function ropeTable(sizes: LanguageModelSizes, positions: number): Float32Array<ArrayBuffer> {
  const frequencies = ropeFrequencies(sizes);
  const half = frequencies.length;
  return Float32Array.from({ length: positions * 2 * half }, (_, at) => {
    const position = Math.floor(at / (2 * half));
    const angle = Math.fround(position * (frequencies[at % half] ?? 0));
    return at % (2 * half) < half ? Math.cos(angle) : Math.sin(angle);
  });
}
