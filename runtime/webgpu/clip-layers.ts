/** Layers of a network over one clip, added one after the other; each gives the buffer that its result goes to. */
import { createClipWindow, type ClipWork } from "./clip.ts";
import type { Gpu } from "./gpu.ts";
import {
  createConv1d,
  createConvNorm,
  createSizes,
  createVectors,
  type Conv1dSizes,
  type Layer,
} from "./layers.ts";
import type { Tensors } from "./tensors.ts";

/** Columns of a buffer's rows, from `first` on; a pitch of 0 repeats the first row. */
export interface Slice {
  readonly buffer: GPUBuffer;
  readonly pitch: number;
  readonly first: number;
}

/** `places` is the number of rows, by default one a frame. */
export interface ClipLayers {
  /** shaders/window.wgsl, in frames */
  readonly window: GPUBuffer;
  /** [frames, columns] */
  rows(columns: number): GPUBuffer;
  add(...layers: readonly Layer[]): void;
  /** The convolution or linear layer of the tensors `name`.weight and .bias. */
  conv(
    name: string,
    source: GPUBuffer,
    sizes: Omit<Conv1dSizes, "rate">,
    places?: number,
  ): Promise<GPUBuffer>;
  norm(name: string, source: GPUBuffer, channels: number, places?: number): Promise<GPUBuffer>;
  /** result = a, or a + b */
  slice(width: number, result: Slice, a: Slice, b?: Slice): Promise<void>;
  /** A kernel with buffers of its own: uniforms, sources, a new result of `length` numbers. */
  kernel(
    name: string,
    sizes: readonly number[],
    sources: readonly GPUBuffer[],
    length: number,
    workgroups: number,
    includes?: readonly string[],
  ): Promise<GPUBuffer>;
  dispatches(): ClipWork["dispatches"];
}

const THREADS = 64;

export function createClipLayers(gpu: Gpu, tensors: Tensors, frames: number): ClipLayers {
  const layers: { readonly layer: Layer; readonly latents: number }[] = [];
  const window = createClipWindow(gpu, frames);
  const single = createClipWindow(gpu, 1);
  const windowOf = (places: number) => (places === 1 ? single : window);
  const buffer = (name: string, length: number) => gpu.buffer(name, length * 4);
  const add = (layer: Layer, latents: number) => layers.push({ layer, latents });
  const addKernel = async (
    name: string,
    sizes: readonly number[],
    buffers: readonly GPUBuffer[],
    workgroups: number,
    includes: readonly string[] = [],
  ) => {
    const kernel = await gpu.kernel(name, { includes });
    const bindings = gpu.bind(kernel, [createSizes(gpu, name, sizes), ...buffers]);
    const bytes = buffers.reduce((sum, { size }) => sum + size, 0);
    add(
      () => ({ label: name, kernel, bindings, workgroups: [workgroups, 1, 1], flops: bytes, bytes }),
      frames,
    );
  };
  return {
    window,
    rows: (columns) => buffer("rows", frames * columns),
    add: (...given) => given.forEach((layer) => add(layer, frames)),
    async conv(name, source, sizes, places = frames) {
      const result = buffer(name, places * sizes.outputs);
      const bias = createVectors(gpu, name, tensors.floats(`${name}.bias`));
      const weights = tensors.matrix(`${name}.weight`);
      const buffers = { window: windowOf(places), weights, vectors: bias, source, result };
      add(await createConv1d(gpu, name, { ...sizes, rate: 1 }, buffers), places);
      return result;
    },
    async norm(name, source, channels, places = frames) {
      const result = buffer(name, places * channels);
      const vectors = createVectors(
        gpu,
        name,
        tensors.floats(`${name}.weight`),
        tensors.floats(`${name}.bias`),
      );
      add(
        await createConvNorm(
          gpu,
          name,
          { channels, rate: 1 },
          { window: windowOf(places), vectors, source, result },
        ),
        places,
      );
      return result;
    },
    async slice(width, result, a, b) {
      const sizes = [a, b ?? a, result].flatMap(({ pitch, first }) => [pitch, first]);
      await addKernel(
        "slice-add",
        [frames, width, ...sizes, b === undefined ? 0 : 1],
        [a.buffer, (b ?? a).buffer, result.buffer],
        Math.ceil((frames * width) / THREADS),
      );
    },
    async kernel(name, sizes, sources, length, workgroups, includes) {
      const result = buffer(name, length);
      await addKernel(name, sizes, [...sources, result], workgroups, includes);
      return result;
    },
    dispatches: () => layers.map(({ layer, latents }) => layer({ voices: 1, latents })),
  };
}
