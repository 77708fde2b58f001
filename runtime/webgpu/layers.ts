/**
 * Layers over frames: kernels with their buffers, prepared once for windows of any size. A window is `latents` latents of
 * each of `voices` voices (shaders/window.wgsl); a layer works on `rate` places of every latent.
 */
import { BackendError } from "../errors.ts";
import { joinFloats } from "../join.ts";
import type { Dispatch, Gpu, Kernel } from "./gpu.ts";
import type { Matrix } from "./tensors.ts";

export interface WindowSize {
  readonly voices: number;
  /** Of each voice. */
  readonly latents: number;
}

/** The call of a layer for a window of this size. */
export type Layer = (size: WindowSize) => Dispatch;

/** Numbers of shaders/conv1d.wgsl. */
const ACTIVATIONS = { none: 0, snake: 1, relu: 2, tanh: 3, sigmoid: 4, residual: 5 } as const;

/** Sizes of a dense convolution; what is left out is that of a linear layer on rows that lie one after the other. */
export interface Conv1dSizes {
  /** Of one row of the source. */
  readonly channels: number;
  readonly outputs: number;
  /** Places in a latent. */
  readonly rate: number;
  readonly taps?: number;
  readonly dilation?: number;
  /** Source rows from one place to the next. */
  readonly step?: number;
  /** Source rows from the first tap to the place itself. */
  readonly back?: number;
  /** Rows of a slot in the source's and in the result's ring; 0 for none. */
  readonly sourceRing?: number;
  readonly resultRing?: number;
  /** Rows that the outputs of one place make. */
  readonly split?: number;
  readonly activation?: keyof typeof ACTIVATIONS;
  /** Places by which the layer is behind the window. */
  readonly delay?: number;
}

export interface Conv1dBuffers {
  readonly window: GPUBuffer;
  /** [outputs, taps, channels] */
  readonly weights: Matrix;
  /** bias [outputs], then the activation's or the residual's numbers [outputs] each. */
  readonly vectors: GPUBuffer;
  readonly source: GPUBuffer;
  readonly result: GPUBuffer;
  /** Of the activation `residual`: residual + scale * (W x + b). */
  readonly residual?: GPUBuffer;
}

const OUTPUTS_OF_WORKGROUP = 64;
const PLACES_OF_ROW_GROUP = 8;
const SMALL_ROW_GROUPS = 1;
const LARGE_ROW_GROUPS = 4;

/** shaders/conv1d.wgsl */
export async function createConv1d(
  gpu: Gpu,
  label: string,
  sizes: Conv1dSizes,
  { window, weights, vectors, source, result, residual }: Conv1dBuffers,
): Promise<Layer> {
  const { channels, outputs, rate, taps = 1 } = sizes;
  if (channels % 4 !== 0) {
    throw new BackendError(
      `${label} has ${channels} input channels; the WebGPU kernels allow multiples of 4. Use the onnx backend for these weights.`,
    );
  }
  const numbers = createSizes(gpu, label, [
    channels,
    outputs,
    taps,
    sizes.dilation ?? 1,
    sizes.step ?? 1,
    sizes.back ?? 0,
    rate,
    sizes.sourceRing ?? 0,
    sizes.resultRing ?? 0,
    sizes.split ?? 1,
    ACTIVATIONS[sizes.activation ?? "none"],
    sizes.delay ?? 0,
  ]);
  const kernelOf = (row_groups: number) =>
    gpu.kernel("conv1d", {
      weights: weights.type,
      includes: ["window-layout", "window", "sine"],
      constants: { row_groups },
    });
  const [small, large] = await Promise.all([kernelOf(SMALL_ROW_GROUPS), kernelOf(LARGE_ROW_GROUPS)]);
  const bindings = gpu.bind(small, [
    window,
    numbers,
    weights.buffer,
    vectors,
    source,
    residual ?? vectors,
    result,
  ]);
  return ({ voices, latents }) => {
    const places = voices * latents * rate;
    const isSmall = places <= PLACES_OF_ROW_GROUP * SMALL_ROW_GROUPS;
    const perWorkgroup = PLACES_OF_ROW_GROUP * (isSmall ? SMALL_ROW_GROUPS : LARGE_ROW_GROUPS);
    return {
      label,
      kernel: isSmall ? small : large,
      bindings,
      workgroups: [Math.ceil(outputs / OUTPUTS_OF_WORKGROUP), Math.ceil(places / perWorkgroup), 1],
      flops: 2 * places * outputs * taps * channels,
      bytes: weights.buffer.size + 4 * places * (taps * channels + outputs),
    };
  };
}

export interface ConvNormSizes {
  /** At most 1024. */
  readonly channels: number;
  readonly rate: number;
  /** Of the depthwise convolution; without, the layer is the norm alone. */
  readonly taps?: number;
  readonly back?: number;
  readonly sourceRing?: number;
}

const MOST_NORM_CHANNELS = 1024;

/** shaders/conv-norm.wgsl: `vectors` holds the norm's weight and bias, then the convolution's weights and bias. */
export async function createConvNorm(
  gpu: Gpu,
  label: string,
  { channels, rate, taps = 0, back = 0, sourceRing = 0 }: ConvNormSizes,
  buffers: Pick<Conv1dBuffers, "window" | "vectors" | "source" | "result">,
): Promise<Layer> {
  if (channels > MOST_NORM_CHANNELS) {
    throw new BackendError(
      `${label} has ${channels} channels; the WebGPU kernels allow at most ${MOST_NORM_CHANNELS}. Use the onnx backend for these weights.`,
    );
  }
  const numbers = createSizes(gpu, label, [channels, taps, back, rate, sourceRing]);
  const kernel = await gpu.kernel("conv-norm", { includes: ["window-layout", "window", "workgroup-sum"] });
  const bindings = gpu.bind(kernel, [
    buffers.window,
    numbers,
    buffers.vectors,
    buffers.source,
    buffers.result,
  ]);
  return perPlace(label, kernel, bindings, rate, {
    flops: (2 * taps + 8) * channels,
    bytes: 4 * (taps + 2) * channels,
  });
}

/** Uniforms of a layer. */
export function createSizes(gpu: Gpu, label: string, sizes: readonly number[]): GPUBuffer {
  const words = Uint32Array.from(sizes);
  const buffer = gpu.buffer(
    `${label} sizes`,
    words.byteLength,
    GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  );
  gpu.device.queue.writeBuffer(buffer, 0, words);
  return buffer;
}

/** A layer whose kernel takes one workgroup for every place. */
export function perPlace(
  label: string,
  kernel: Kernel,
  bindings: GPUBindGroup,
  rate: number,
  costOfPlace: { readonly flops: number; readonly bytes: number },
): Layer {
  return ({ voices, latents }) => {
    const places = voices * latents * rate;
    return {
      label,
      kernel,
      bindings,
      workgroups: [places, 1, 1],
      flops: places * costOfPlace.flops,
      bytes: places * costOfPlace.bytes,
    };
  };
}

/** A layer whose kernel takes one workgroup for every voice. */
export function perVoice(label: string, kernel: Kernel, bindings: GPUBindGroup, bytesOfVoice: number): Layer {
  return ({ voices }) => ({
    label,
    kernel,
    bindings,
    workgroups: [voices, 1, 1],
    flops: (voices * bytesOfVoice) / 4,
    bytes: voices * bytesOfVoice,
  });
}

/** A buffer of f32 numbers that stay as they are. */
export function createVectors(gpu: Gpu, name: string, ...parts: readonly Float32Array[]): GPUBuffer {
  const all = joinFloats(parts);
  const buffer = gpu.buffer(name, all.byteLength);
  gpu.device.queue.writeBuffer(buffer, 0, all);
  return buffer;
}
