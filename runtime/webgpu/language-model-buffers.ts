/**
 * What the language model keeps on the GPU. A slot holds one open sentence; a column is one position that is being worked
 * on. Letters: D latent dim, S speaker dim, R = MOST_RANK.
 */
import { ADAPTED_PROJECTIONS } from "../adapter-shapes.ts";
import { WeightsError } from "../errors.ts";
import type { ModelManifest } from "../manifest.ts";
import { conditioningSize } from "../styles.ts";
import type { Gpu } from "./gpu.ts";
import { ropeTable } from "./rotation.ts";
import { PREFIX_TILE } from "./tiles.ts";

export interface LanguageModelRoom {
  /** Sentences that may be open at once; at most 64. */
  readonly slots: number;
  /** Positions of a slot: speaker, symbols and frames; at most 2048. */
  readonly capacity: number;
}

/** Numbers of the shaders. */
export const MOST_RANK = 16;
export const SLOT_WORDS = 12;
export const NO_SLOT = 0xffffffff;
const MOST_SLOTS = 64;
const MOST_CAPACITY = 2048;
/** So many that they hold the longest prefix of a slot of `MOST_CAPACITY`. */
export const MOST_COLUMNS = 1024;
export const COLUMN_BYTES = 16;

/** The part of a slot's positions that speaker and symbols may take. */
const PREFIX_PART = 0.5;

export interface LanguageModelBuffers {
  /** [slots, SLOT_WORDS] u32: shaders/slots.wgsl */
  readonly slots: GPUBuffer;
  /** [64] u32: the slot of every column of a step, NO_SLOT for none. */
  readonly voices: GPUBuffer;
  /** [4] u32: the slot whose sentence is being opened. */
  readonly opened: GPUBuffer;
  /** [slots, capacity] u32 */
  readonly symbols: GPUBuffer;
  /** [slots, capacity] u32: the symbol of every frame. */
  readonly path: GPUBuffer;
  /** [slots, capacity, D] normalised */
  readonly latents: GPUBuffer;
  /** [S] of the sentence being opened, and the hidden layer [dim] over it. */
  readonly speaker: GPUBuffer;
  readonly speakerHidden: GPUBuffer;
  /** [MOST_COLUMNS, 4] u32: shaders/column.wgsl */
  readonly columns: GPUBuffer;
  /** [columns, dim] */
  readonly x: GPUBuffer;
  readonly query: GPUBuffer;
  readonly mixed: GPUBuffer;
  /** [columns, ffnDim] */
  readonly hidden: GPUBuffer;
  /** [columns, 2 * D + advances]: mean, log-scale, advance logits of a step. */
  readonly outputs: GPUBuffer;
  /** [capacity, 2, headDim / 2] */
  readonly rotation: GPUBuffer;
  /**
   * Of every layer: [slots, 2, kvHeads, capacity * headDim] keys and values. In f32: rounded to f16 they move an undecided
   * pointer a frame sooner or later, and the line is no longer the one that the onnx backend speaks.
   */
  readonly caches: readonly GPUBuffer[];
  /** Of every layer: [slots][A [4, R, dim], B [4, dim, R]]. */
  readonly attentionAdapters: readonly GPUBuffer[];
  /** [slots][A [R, dim], B [2 * D, R]] */
  readonly headAdapters: GPUBuffer;
  /** Bound where a kernel's switched-off part would read. */
  readonly unused: GPUBuffer;
}

/** Columns that can be worked on at once. */
export function mostColumns({ slots, capacity }: LanguageModelRoom): number {
  const most = Math.max(slots, mostPrefix({ slots, capacity }));
  return Math.ceil(most / PREFIX_TILE) * PREFIX_TILE;
}

/** Positions that speaker and symbols of a sentence may take. */
export function mostPrefix({ capacity }: LanguageModelRoom): number {
  return Math.floor(capacity * PREFIX_PART);
}

/** Numbers one slot's adapter takes in a layer, and in the head. */
export function adapterSizes({ languageModel, latentDim }: ModelManifest): {
  attention: number;
  head: number;
} {
  const { dim } = languageModel;
  return { attention: 2 * ADAPTED_PROJECTIONS * MOST_RANK * dim, head: MOST_RANK * (dim + 2 * latentDim) };
}

export function advancesOf({ languageModel: { pointer } }: ModelManifest): number {
  return pointer === null ? 0 : pointer.maxAdvance + 1;
}

/**
 * @throws RangeError for a room that is too large
 * @throws WeightsError for a model whose sizes the kernels do not allow
 * @throws BackendError when the device has no room for a buffer
 */
export function createLanguageModelBuffers(
  gpu: Gpu,
  manifest: ModelManifest,
  room: LanguageModelRoom,
): LanguageModelBuffers {
  checkRoom(room);
  checkSizes(manifest);
  const { languageModel, latentDim } = manifest;
  const { dim, layers, heads, kvHeads, ffnDim } = languageModel;
  const { slots, capacity } = room;
  const columns = mostColumns(room);
  const floats = (name: string, count: number) => gpu.buffer(name, 4 * count);
  const uniform = (name: string, bytes: number) =>
    gpu.buffer(name, bytes, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  const perLayer = <T>(make: (layer: number) => T) =>
    Array.from({ length: layers }, (_, layer) => make(layer));
  const adapters = adapterSizes(manifest);
  const rotation = floats("rotation", capacity * (dim / heads));
  gpu.device.queue.writeBuffer(rotation, 0, ropeTable(languageModel, capacity));
  return {
    slots: floats("slots", slots * SLOT_WORDS),
    voices: uniform("voices", 4 * MOST_SLOTS),
    opened: uniform("opened", 16),
    symbols: floats("symbols", slots * capacity),
    path: floats("path", slots * capacity),
    latents: floats("latents", slots * capacity * latentDim),
    speaker: floats("speaker", conditioningWidth(manifest)),
    speakerHidden: floats("speaker hidden", dim),
    columns: gpu.buffer(
      "columns",
      COLUMN_BYTES * MOST_COLUMNS,
      GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM,
    ),
    x: floats("x", columns * dim),
    query: floats("query", columns * dim),
    mixed: floats("mixed", columns * dim),
    hidden: floats("hidden", columns * ffnDim),
    outputs: floats("outputs", columns * (2 * latentDim + advancesOf(manifest))),
    rotation,
    caches: perLayer((layer) => floats(`cache ${layer}`, slots * 2 * kvHeads * capacity * (dim / heads))),
    attentionAdapters: perLayer((layer) => floats(`adapters ${layer}`, slots * adapters.attention)),
    headAdapters: floats("head adapters", slots * adapters.head),
    unused: floats("unused", 4),
  };
}

/** Speaker latent and styles in whole vectors of 4; what fills the last one up is 0. */
export function conditioningWidth(manifest: ModelManifest): number {
  return 4 * Math.ceil(conditioningSize(manifest) / 4);
}

function checkRoom({ slots, capacity }: LanguageModelRoom): void {
  const isWhole = Number.isInteger(slots) && Number.isInteger(capacity);
  if (isWhole && slots >= 1 && slots <= MOST_SLOTS && capacity >= PREFIX_TILE && capacity <= MOST_CAPACITY)
    return;
  throw new RangeError(
    `${slots} slots of ${capacity} positions are not possible; allowed: 1 to ${MOST_SLOTS} slots of ${PREFIX_TILE} ` +
      `to ${MOST_CAPACITY} positions.`,
  );
}

/** Vectors of 4 numbers and halves of heads are the units of the kernels; attention has 64 threads for a head. */
function checkSizes({ name, languageModel, latentDim }: ModelManifest): void {
  const { dim, heads, ffnDim } = languageModel;
  const headDim = dim / heads;
  const fits = [dim, ffnDim, latentDim].every((size) => size % 4 === 0);
  if (fits && headDim % 8 === 0 && headDim <= 256) return;
  throw new WeightsError(
    `The weights "${name}" have sizes that the webgpu backend does not allow: dim ${dim}, ffnDim ${ffnDim} and ` +
      `latentDim ${latentDim} must be multiples of 4, dim / heads = ${headDim} a multiple of 8 up ` +
      `to 256. Use the onnx backend.`,
  );
}
