/**
 * What training keeps on the GPU for a line of up to `capacity` positions. A column is a position of the line. Letters: D
 * latent dim, S speaker dim, R = MOST_RANK.
 */
import type { Manifest } from "../manifest.ts";
import type { Gpu } from "./gpu.ts";
import {
  adapterSizes,
  advancesOf,
  COLUMN_BYTES,
  conditioningWidth,
  MOST_COLUMNS,
  MOST_RANK,
} from "./language-model-buffers.ts";
import { ropeTable } from "./rotation.ts";

/** What the backward pass needs of a layer's forward pass. */
export interface KeptLayer {
  /** [columns, dim]: what goes in. */
  readonly input: GPUBuffer;
  /** [columns, dim]: input and attention. */
  readonly middle: GPUBuffer;
  /** [columns, dim]: queries; what attention mixes of the values. */
  readonly query: GPUBuffer;
  readonly mixed: GPUBuffer;
  /** [2, kvHeads, capacity * headDim]: keys and values, as a slot of language-model-buffers.ts. */
  readonly cache: GPUBuffer;
}

export interface TrainerBuffers {
  readonly capacity: number;
  /** shaders/line.wgsl */
  readonly line: GPUBuffer;
  /** [capacity + MOST_COLUMNS, 4] u32: shaders/column.wgsl; so long that a kernel may begin at any column. */
  readonly columns: GPUBuffer;
  /** [columns, rowsOfFrame] u32: rows of embeddings (shaders/embed-line.wgsl). */
  readonly rows: GPUBuffer;
  /** [columns, D]: the draw. */
  readonly latents: GPUBuffer;
  /** [columns, 2 * D]: mean and log-scale of what the frames should be predicted as. */
  readonly target: GPUBuffer;
  /** [columns] i32 */
  readonly advances: GPUBuffer;
  /** [S], and the hidden layer [dim] over it. */
  readonly speaker: GPUBuffer;
  readonly speakerHidden: GPUBuffer;
  /** Of every layer A [4, R, dim], B [4, dim, R], then of the head A [R, dim], B [2 * D, R]; and its gradient. */
  readonly adapter: GPUBuffer;
  readonly adapterGradient: GPUBuffer;
  /** [S + K], filled up to vec4s. */
  readonly conditioningGradient: GPUBuffer;
  /** [columns, 2]: KL and cross-entropy of every frame. */
  readonly losses: GPUBuffer;
  /** [capacity, 2, headDim / 2] */
  readonly rotation: GPUBuffer;
  readonly layers: readonly KeptLayer[];
  /** [columns, dim]: what the last layer gives. */
  readonly result: GPUBuffer;
  /** [columns, ffnDim] */
  readonly hidden: GPUBuffer;
  /** [columns, 2 * D + advances] */
  readonly outputs: GPUBuffer;
  /** [columns, outputsWidth]: gradient of the outputs, filled up with zeros. */
  readonly outputsGradient: GPUBuffer;
  /** [columns, dim] gradients: of what is between layers, of a normed input, of what attention mixed. */
  readonly xGradient: GPUBuffer;
  readonly normedGradient: GPUBuffer;
  readonly mixedGradient: GPUBuffer;
  /** [columns, ffnDim] gradients. */
  readonly hiddenGradient: GPUBuffer;
  readonly gateGradient: GPUBuffer;
  readonly upGradient: GPUBuffer;
  /** [columns, heads + 2 * kvHeads, headDim]: gradients of queries, keys and values. */
  readonly inputsGradient: GPUBuffer;
  /** [columns, heads, 2]: shaders/attention-query-backward.wgsl */
  readonly statistics: GPUBuffer;
  /** [columns, dim]: an input after its norm. */
  readonly normed: GPUBuffer;
  /** [columns, up to 3 projections, R]: A x, and the gradient with respect to it. */
  readonly low: GPUBuffer;
  readonly lowGradient: GPUBuffer;
  /** Bound where a kernel's switched-off part would read. */
  readonly unused: GPUBuffer;
}

/** Query, key and value read the same input. */
export const INPUT_PROJECTIONS = 3;

/** Rows of embeddings that make a frame: the age and the symbols of the window; 0 without a pointer. */
export function rowsOfFrame({ languageModel: { pointer } }: Manifest): number {
  return pointer === null ? 0 : 1 + pointer.windowBefore + 1 + pointer.windowAfter;
}

/** Numbers of a row of `outputsGradient`. */
export function outputsWidth(manifest: Manifest): number {
  return Math.ceil((2 * manifest.latentDim + advancesOf(manifest)) / 4) * 4;
}

/** @throws BackendError when the device has no room for a buffer */
export function createTrainerBuffers(gpu: Gpu, manifest: Manifest, capacity: number): TrainerBuffers {
  const { languageModel, latentDim } = manifest;
  const { dim, layers, heads, kvHeads, ffnDim } = languageModel;
  const kvDim = (kvHeads * dim) / heads;
  const floats = (name: string, count: number) => gpu.buffer(`train ${name}`, 4 * count);
  const wide = (name: string, width = dim) => floats(name, capacity * width);
  const uniform = (name: string, bytes: number) =>
    gpu.buffer(`train ${name}`, bytes, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  const sizes = adapterSizes(manifest);
  const adapter = layers * sizes.attention + sizes.head;
  const rotation = wide("rotation", dim / heads);
  gpu.device.queue.writeBuffer(rotation, 0, ropeTable(languageModel, capacity));
  return {
    capacity,
    line: uniform("line", 16),
    columns: uniform("columns", COLUMN_BYTES * (capacity + MOST_COLUMNS)),
    rows: wide("rows", Math.max(1, rowsOfFrame(manifest))),
    latents: wide("latents", latentDim),
    target: wide("target", 2 * latentDim),
    advances: wide("advances", 1),
    speaker: floats("speaker", conditioningWidth(manifest)),
    speakerHidden: floats("speaker hidden", dim),
    adapter: floats("adapter", adapter),
    adapterGradient: floats("adapter gradient", adapter),
    conditioningGradient: floats("conditioning gradient", conditioningWidth(manifest)),
    losses: wide("losses", 2),
    rotation,
    layers: Array.from({ length: layers }, (_, index) => ({
      input: wide(`input ${index}`),
      middle: wide(`middle ${index}`),
      query: wide(`query ${index}`),
      mixed: wide(`mixed ${index}`),
      cache: wide(`cache ${index}`, 2 * kvDim),
    })),
    result: wide("result"),
    hidden: wide("hidden", ffnDim),
    outputs: wide("outputs", 2 * latentDim + advancesOf(manifest)),
    outputsGradient: wide("outputs gradient", outputsWidth(manifest)),
    xGradient: wide("x gradient"),
    normedGradient: wide("normed gradient"),
    mixedGradient: wide("mixed gradient"),
    hiddenGradient: wide("hidden gradient", ffnDim),
    gateGradient: wide("gate gradient", ffnDim),
    upGradient: wide("up gradient", ffnDim),
    inputsGradient: wide("inputs gradient", dim + 2 * kvDim),
    statistics: wide("statistics", 2 * heads),
    normed: wide("normed"),
    low: wide("low", INPUT_PROJECTIONS * MOST_RANK),
    lowGradient: wide("low gradient", INPUT_PROJECTIONS * MOST_RANK),
    unused: floats("unused", 4),
  };
}
