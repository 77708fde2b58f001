/**
 * Networks that take one recording of any length: their layers and buffers are made for the clip and freed after it; only
 * matrices and pipelines stay.
 */
import type { Posterior } from "../backend.ts";
import type { Dispatch, Gpu } from "./gpu.ts";
import type { Freeable } from "./gpu-scope.ts";
import type { Layer } from "./layers.ts";
import type { Matrix, Tensors } from "./tensors.ts";

/** The work for one recording; its buffers are to be freed when the output was copied. */
export interface ClipWork extends Freeable {
  readonly dispatches: readonly Dispatch[];
  /** Holds the network's output, `bytes` from its start, when the dispatches have run. */
  readonly result: GPUBuffer;
  readonly bytes: number;
  /** Reads that output. */
  readonly posterior: (output: Float32Array) => Posterior;
}

/** Samples in -1..1 at the manifest's rate -> work. Writes and creates at once; submits nothing. */
export type ClipNetwork = (samples: Float32Array) => Promise<ClipWork>;

/** The layers of a network for one clip, on a Gpu whose buffers are freed with the clip, and where their result goes. */
export type ClipLayerList = (
  gpu: Gpu,
  samples: Float32Array,
) => Promise<{ readonly layers: readonly Layer[]; readonly result: GPUBuffer }>;

/** The same matrices, uploaded once however often they are asked for. */
export function rememberMatrices(tensors: Tensors): Tensors["matrix"] {
  const made = new Map<string, Matrix>();
  return (...names) => {
    const key = names.join(" ");
    const matrix = made.get(key) ?? tensors.matrix(...names);
    made.set(key, matrix);
    return matrix;
  };
}

/** A window of one voice (shaders/window.wgsl) whose latents are all there. */
export function createClipWindow(gpu: Gpu, latents: number): GPUBuffer {
  const words = Uint32Array.of(1, latents, 0, 0, 0, 0, latents, latents, 0, 0, 0, 0);
  const buffer = gpu.buffer("clip window", words.byteLength);
  gpu.device.queue.writeBuffer(buffer, 0, words);
  return buffer;
}
