/** ConvNeXt-shaped residual block in three kernels (weights/recipe/layers.py, ResidualBlock). */
import type { Gpu } from "./gpu.ts";
import { createConv1d, createConvNorm, createVectors, type Layer } from "./layers.ts";
import type { Tensors } from "./tensors.ts";

export interface ResidualBlockSizes {
  readonly channels: number;
  readonly hidden: number;
  readonly kernel: number;
  /** Rows from the first tap to the place itself: kernel - 1 for a causal block. */
  readonly back: number;
  /** Places in a latent. */
  readonly rate: number;
  /** Rows of a slot in source and result; 0 when the rows of the window lie one after the other. */
  readonly ring: number;
}

export interface ResidualBlockBuffers {
  readonly window: GPUBuffer;
  readonly source: GPUBuffer;
  /** [places, channels], free for use */
  readonly normed: GPUBuffer;
  /** [places, hidden], free for use */
  readonly hidden: GPUBuffer;
  readonly result: GPUBuffer;
}

/** @param name what the block's tensors start with */
export function createResidualBlock(
  gpu: Gpu,
  tensors: Tensors,
  name: string,
  { channels, hidden, kernel, back, rate, ring }: ResidualBlockSizes,
  buffers: ResidualBlockBuffers,
): Promise<Layer[]> {
  const { window, source, result } = buffers;
  const vectorsOf = (part: string, ...names: readonly string[]) =>
    createVectors(gpu, `${name}.${part}`, ...names.map((each) => tensors.floats(`${name}.${each}`)));
  return Promise.all([
    createConvNorm(
      gpu,
      `${name}.conv`,
      { channels, rate, taps: kernel, back, sourceRing: ring },
      {
        window,
        vectors: vectorsOf("conv", "norm.weight", "norm.bias", "conv.weight", "conv.bias"),
        source,
        result: buffers.normed,
      },
    ),
    createConv1d(
      gpu,
      `${name}.expand`,
      { channels, outputs: hidden, rate, activation: "snake" },
      {
        window,
        weights: tensors.matrix(`${name}.expand.weight`),
        vectors: createVectors(
          gpu,
          `${name}.expand`,
          tensors.floats(`${name}.expand.bias`),
          ...snakeVectors(tensors, `${name}.snake`),
        ),
        source: buffers.normed,
        result: buffers.hidden,
      },
    ),
    createConv1d(
      gpu,
      `${name}.contract`,
      { channels: hidden, outputs: channels, rate, resultRing: ring, activation: "residual" },
      {
        window,
        weights: tensors.matrix(`${name}.contract.weight`),
        vectors: vectorsOf("contract", "contract.bias", "scale"),
        source: buffers.hidden,
        residual: source,
        result,
      },
    ),
  ]);
}

/** Half turns per unit and gain of each channel, from the stored logarithms (SnakeBeta). */
export function snakeVectors(tensors: Tensors, name: string): [Float32Array, Float32Array] {
  return [
    tensors.floats(`${name}.alpha`).map((value) => Math.exp(value) / Math.PI),
    tensors.floats(`${name}.beta`).map((value) => Math.exp(-value)),
  ];
}
