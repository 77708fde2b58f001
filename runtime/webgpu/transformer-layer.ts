/** A layer of the language model as five kernels, for steps and prefixes alike (weights/recipe/language_model.py, Layer). */
import type { LanguageModelSizes, Manifest } from "../manifest.ts";
import type { Dispatch, Gpu, Kernel } from "./gpu.ts";
import { adapterSizes, MOST_RANK, type LanguageModelBuffers } from "./language-model-buffers.ts";
import type { Matrix, Tensors } from "./tensors.ts";
import { createTiledKernel, prepareTiled, type TiledKernel, type Tiling } from "./tiles.ts";

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
  manifest: Manifest,
  capacity: number,
  weights: Matrix["type"],
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
    gpu.kernel("attention", { includes: ["column"], sizes: { CAPACITY: capacity }, constants: shape }),
    tiled("linear", adapted, {
      ...adapter,
      INPUT4,
      OUTPUT: dim,
      ADAPTED_ROWS: dim,
      A4: 3 * product4,
      B4: 7 * product4,
      RESIDUAL: 1,
    }),
    tiled("gate-up", tile, { INPUT4, OUTPUT: ffnDim, EPSILON }),
    tiled("linear", adapted, { INPUT4: ffnDim / 4, OUTPUT: dim, RESIDUAL: 1 }),
  ]);
  return { queryKeyValue, attention, output, gateUp, down };
}

/** Asks for the layer's tensors and prepares its bind groups. */
export function createLayer(
  gpu: Gpu,
  tensors: Tensors,
  sizes: LanguageModelSizes,
  buffers: LanguageModelBuffers,
  kernels: LayerKernels,
  index: number,
): Layer {
  const { dim, heads, kvHeads, ffnDim } = sizes;
  const { columns, x, query, mixed, hidden, rotation, unused } = buffers;
  const name = (part: string) => `layers.${index}.${part}.weight`;
  const label = (part: string) => `layer ${index} ${part}`;
  const cache = buffers.caches[index] ?? unused;
  const adapters = buffers.attentionAdapters[index] ?? unused;
  const rows = dim + (2 * kvHeads * dim) / heads;
  const product = (
    part: string,
    kernel: TiledKernel,
    workgroups: number,
    matrices: readonly Matrix[],
    bound: GPUBuffer[],
  ) => {
    const weightBytes = matrices.reduce((sum, { buffer }) => sum + buffer.size, 0);
    const elements = weightBytes / (matrices[0]?.type === "f16" ? 2 : 4);
    return prepareTiled(gpu, {
      label: label(part),
      kernel,
      buffers: bound,
      workgroups,
      weightBytes,
      flopsPerColumn: 2 * elements,
      bytesPerColumn: 8 * dim,
    });
  };
  const attentionNorm = tensors.vector(name("attention_norm"));
  const ffnNorm = tensors.vector(name("ffn_norm"));
  const inputs = tensors.matrix(name("query"), name("key"), name("value"));
  const output = tensors.matrix(name("output"));
  const gate = tensors.matrix(name("gate"));
  const up = tensors.matrix(name("up"));
  const down = tensors.matrix(name("down"));
  const toQuery = product(
    "query-key-value",
    kernels.queryKeyValue,
    rows / 8,
    [inputs],
    [columns, adapters, x, inputs.buffer, attentionNorm, rotation, query, cache],
  );
  const toMixed = prepareAttention(gpu, label("attention"), kernels.attention, sizes, [
    columns,
    query,
    cache,
    mixed,
  ]);
  const fromMixed = product(
    "output",
    kernels.output,
    Math.ceil(dim / 8),
    [output],
    [columns, adapters, mixed, output.buffer, unused, unused, x],
  );
  const toHidden = product(
    "gate-up",
    kernels.gateUp,
    Math.ceil(ffnDim / 8),
    [gate, up],
    [columns, x, ffnNorm, gate.buffer, up.buffer, hidden],
  );
  const fromHidden = product(
    "down",
    kernels.down,
    Math.ceil(dim / 8),
    [down],
    [columns, unused, hidden, down.buffer, unused, unused, x],
  );
  return (tiling) => [toQuery, toMixed, fromMixed, toHidden, fromHidden].map((part) => part(tiling));
}

/** Costs are those of a slot filled to `TYPICAL_SPAN`; the CPU does not know how far the voices are. */
const TYPICAL_SPAN = 128;

function prepareAttention(
  gpu: Gpu,
  label: string,
  kernel: Kernel,
  { dim, heads, kvHeads }: LanguageModelSizes,
  buffers: readonly GPUBuffer[],
): (tiling: Tiling) => Dispatch {
  const bindings = gpu.bind(kernel, buffers);
  return ({ tile, tiles }) => {
    const columns = tile * tiles;
    return {
      label,
      kernel,
      bindings,
      workgroups: [heads, columns, 1],
      flops: 4 * columns * TYPICAL_SPAN * dim,
      bytes: 8 * columns * TYPICAL_SPAN * ((dim * kvHeads) / heads),
    };
  };
}
