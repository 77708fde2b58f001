/** Weights of convolutions as the kernels read them: the channels of a tap side by side, filled up with zeros. */
import { floatsToHalves } from "../half.ts";
import type { Gpu } from "./gpu.ts";
import { createVectors } from "./layers.ts";
import type { Matrix } from "./tensors.ts";

export interface WeightShape {
  readonly outputs: number;
  readonly channels: number;
  /** Taps, or the stride of a transposed convolution. */
  readonly kernel: number;
  readonly paddedOutputs: number;
  readonly paddedChannels: number;
}

/** [outputs, channels, kernel] -> [padded outputs, kernel, padded channels] */
export function convWeights(stored: Float32Array, shape: WeightShape): Float32Array {
  const { outputs, channels, kernel, paddedOutputs, paddedChannels } = shape;
  const weights = new Float32Array(paddedOutputs * kernel * paddedChannels);
  for (let output = 0; output < outputs; output++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let tap = 0; tap < kernel; tap++) {
        const at = (output * kernel + tap) * paddedChannels + channel;
        weights[at] = stored[(output * channels + channel) * kernel + tap] ?? 0;
      }
    }
  }
  return weights;
}

/** [channels, outputs, 2 * stride] -> [stride, padded outputs, 2, padded channels]: the place before, then the place itself */
export function upWeights(stored: Float32Array, shape: WeightShape): Float32Array {
  const { outputs, channels, kernel: stride, paddedOutputs, paddedChannels } = shape;
  const weights = new Float32Array(stride * paddedOutputs * 2 * paddedChannels);
  for (let phase = 0; phase < stride; phase++) {
    for (let output = 0; output < outputs; output++) {
      for (let channel = 0; channel < channels; channel++) {
        const at = (phase * paddedOutputs + output) * 2 * paddedChannels + channel;
        const from = (channel * outputs + output) * 2 * stride + phase;
        weights[at] = stored[from + stride] ?? 0;
        weights[at + paddedChannels] = stored[from] ?? 0;
      }
    }
  }
  return weights;
}

/** Written at once. */
export function createMatrix(gpu: Gpu, name: string, values: Float32Array, type: Matrix["type"]): Matrix {
  if (type === "f32") return { buffer: createVectors(gpu, name, values), type };
  const halves = floatsToHalves(values);
  const buffer = gpu.buffer(name, halves.byteLength);
  gpu.device.queue.writeBuffer(buffer, 0, halves);
  return { buffer, type };
}
