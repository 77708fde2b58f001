/** A layer of the language model as five kernels, for steps and prefixes alike (weights/recipe/language_model.py, Layer). */
import type { LanguageModelSizes, ModelManifest } from "../manifest.ts";
import type { Dispatch, Gpu, Kernel, WeightType } from "./gpu.ts";
import {
  adapterSizes,
  COLUMN_BYTES,
  MOST_RANK,
  type LanguageModelBuffers,
} from "./language-model-buffers.ts";
import type { LayerWeights } from "./language-model-weights.ts";
import type { Matrix } from "./tensors.ts";
import {
  createTiledKernel,
  prepare,
  tiledWork,
  type Bound,
  type ColumnWork,
  type TiledKernel,
  type Tiling,
} from "./tiles.ts";

/** The dispatches of a layer. */
export type Layer = (tiling: Tiling) => readonly Dispatch[];

/** The kernels all layers share. */
export interface LayerKernels {
  readonly queryKeyValue: TiledKernel;
  readonly attention: Kernel;
  readonly output: TiledKernel;
  readonly gateUp: TiledKernel;
  readonly down: TiledKernel;
}

export async function createLayerKernels(
  gpu: Gpu,
  manifest: ModelManifest,
  capacity: number,
  weights: WeightType,
  tiles: readonly number[],
): Promise<LayerKernels> {
  const { dim, heads, kvHeads, ffnDim, normEps: EPSILON } = manifest.languageModel;
  const shape = { HEADS: heads, KV_HEADS: kvHeads, HEAD4: dim / heads / 4 };
  const adapter = { RANK: MOST_RANK, ADAPTER4: adapterSizes(manifest).attention / 4 };
  const INPUT4 = dim / 4;
  const product4 = (MOST_RANK * dim) / 4; // of one A or B
  const tiled = (name: string, includes: readonly string[], constants: Readonly<Record<string, number>>) =>
    createTiledKernel(gpu, name, { weights, includes, constants }, tiles);
  const tile = ["column", "columns"];
  const adapted = [...tile, "low-rank"];
  const [queryKeyValue, attention, output, gateUp, down] = await Promise.all([
    tiled("query-key-value", adapted, { ...shape, CAPACITY: capacity, ...adapter, INPUT4, EPSILON }),
    gpu.kernel("attention", {
      includes: ["column", "workgroup-sum", "workgroup-maximum", "attention-weights"],
      sizes: { CAPACITY: capacity },
      constants: shape,
    }),
    tiled("linear", adapted, {
      ...adapter,
      INPUT4,
      OUTPUT: dim,
      ADAPTED_ROWS: dim,
      A4: 3 * product4,
      B4: 7 * product4,
      RESIDUAL: 1,
    }),
    tiled("gate-up", [...tile, "gate-up-rows"], { INPUT4, OUTPUT: ffnDim, EPSILON }),
    tiled("linear", adapted, { INPUT4: ffnDim / 4, OUTPUT: dim, RESIDUAL: 1 }),
  ]);
  return { queryKeyValue, attention, output, gateUp, down };
}

/** What a layer works on; letters as in language-model-buffers.ts. */
export interface LayerBuffers {
  readonly columns: GPUBuffer;
  /** A and B of the layer: of every slot. */
  readonly adapters: Bound;
  readonly cache: GPUBuffer;
  readonly rotation: GPUBuffer;
  readonly unused: GPUBuffer;
  /** [columns, dim]: what goes in. */
  readonly input: GPUBuffer;
  /** [columns, dim]: holds the input before, the input and attention after; may be the same as `input`. */
  readonly middle: GPUBuffer;
  /** [columns, dim]: holds `middle` before, the layer's result after; may be the same as `middle`. */
  readonly result: GPUBuffer;
  readonly query: GPUBuffer;
  readonly mixed: GPUBuffer;
  /** [columns, ffnDim] */
  readonly hidden: GPUBuffer;
}

/** A layer's kernels in order. */
export interface LayerWorks {
  readonly toQuery: ColumnWork;
  readonly toMixed: ColumnWork;
  readonly fromMixed: ColumnWork;
  readonly toHidden: ColumnWork;
  readonly fromHidden: ColumnWork;
}

export function layerWorks(
  sizes: LanguageModelSizes,
  weights: LayerWeights,
  buffers: LayerBuffers,
  kernels: LayerKernels,
  index: number,
): LayerWorks {
  const { dim, heads, kvHeads, ffnDim } = sizes;
  const { adapters, rotation, cache, unused } = buffers;
  const { attentionNorm, ffnNorm, inputs, output, gate, up, down } = weights;
  const label = (part: string) => `layer ${index} ${part}`;
  const columns = { buffer: buffers.columns, bytes: COLUMN_BYTES };
  const wide = (buffer: GPUBuffer) => ({ buffer, bytes: 4 * dim });
  const [input, middle, result] = [buffers.input, buffers.middle, buffers.result].map(wide) as [
    Bound,
    Bound,
    Bound,
  ];
  const [query, mixed] = [buffers.query, buffers.mixed].map(wide) as [Bound, Bound];
  const hidden = { buffer: buffers.hidden, bytes: 4 * ffnDim };
  const product = (
    part: string,
    kernel: TiledKernel,
    [height, width]: readonly [number, number],
    matrices: readonly Matrix[],
    bound: readonly Bound[],
  ) =>
    tiledWork({
      label: label(part),
      kernel,
      buffers: bound,
      workgroups: Math.ceil(height / 8),
      weightBytes: matrices.reduce((sum, { buffer }) => sum + buffer.size, 0),
      flopsPerColumn: 2 * height * width * matrices.length,
      bytesPerColumn: 8 * dim,
    });
  const rows = dim + (2 * kvHeads * dim) / heads;
  return {
    toQuery: product(
      "query-key-value",
      kernels.queryKeyValue,
      [rows, dim],
      [inputs],
      [columns, adapters, input, inputs.buffer, attentionNorm, rotation, query, cache],
    ),
    toMixed: attentionWork(label("attention"), kernels.attention, sizes, [columns, query, cache, mixed]),
    fromMixed: product(
      "output",
      kernels.output,
      [dim, dim],
      [output],
      [columns, adapters, mixed, output.buffer, unused, unused, middle],
    ),
    toHidden: product(
      "gate-up",
      kernels.gateUp,
      [ffnDim, dim],
      [gate, up],
      [columns, middle, ffnNorm, gate.buffer, up.buffer, hidden],
    ),
    fromHidden: product(
      "down",
      kernels.down,
      [dim, ffnDim],
      [down],
      [columns, unused, hidden, down.buffer, unused, unused, result],
    ),
  };
}

/** Prepares the bind groups of a layer that works in place. */
export function createLayer(
  gpu: Gpu,
  sizes: LanguageModelSizes,
  weights: LayerWeights,
  buffers: LanguageModelBuffers,
  kernels: LayerKernels,
  index: number,
): Layer {
  const { x, unused, caches, attentionAdapters } = buffers;
  const cache = caches[index] ?? unused;
  const adapters = attentionAdapters[index] ?? unused;
  const own = { ...buffers, input: x, middle: x, result: x, cache, adapters };
  const { toQuery, toMixed, fromMixed, toHidden, fromHidden } = layerWorks(
    sizes,
    weights,
    own,
    kernels,
    index,
  );
  const parts = [toQuery, toMixed, fromMixed, toHidden, fromHidden].map((work) => prepare(gpu, work));
  return (tiling) => parts.map((part) => part(tiling));
}

/** Costs are those of a slot filled so far where the CPU does not know how far the voices are. */
const TYPICAL_SPAN = 128;

function attentionWork(
  label: string,
  kernel: Kernel,
  { dim, heads, kvHeads }: LanguageModelSizes,
  buffers: readonly Bound[],
): ColumnWork {
  const call = ({ tile, tiles, span }: Tiling) => {
    const columns = tile * tiles;
    const positions = span ?? TYPICAL_SPAN;
    const caches = span === undefined ? columns : tiles; // columns of one slot share what they read
    return {
      kernel,
      workgroups: [heads, columns, 1] as const,
      flops: 4 * columns * positions * dim,
      bytes: 8 * caches * positions * ((dim * kvHeads) / heads),
    };
  };
  return { label, anyKernel: kernel, buffers, call };
}
