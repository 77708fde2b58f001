/** The kernels of the backward pass, each as a function that prepares a part of it. */
import type { Manifest } from "../manifest.ts";
import type { Dispatch, Gpu, WeightType } from "./gpu.ts";
import { COLUMN_BYTES, conditioningWidth, MOST_RANK } from "./language-model-buffers.ts";
import { createSizes } from "./layers.ts";
import type { LanguageModelWeights, LayerWeights } from "./language-model-weights.ts";
import type { Matrix } from "./tensors.ts";
import { createTiledKernel, PREFIX_TILE, tiledWork, type Bound } from "./tiles.ts";
import type { KeptLayer, TrainerBuffers } from "./trainer-buffers.ts";
import { prepareLinePart, preparePlain, type LinePart } from "./trainer-columns.ts";

/** y = W x, and what an adapter's A does to x. */
export interface LinearShape {
  readonly input: number;
  readonly output: number;
  /** Rows of A, of all projections that read x; none without an adapter. */
  readonly low?: number;
  /** Where A begins, in numbers. */
  readonly a?: number;
  /** The gradient is added to what is there. */
  readonly add?: boolean;
}

export interface LinearGradients {
  readonly weights: Matrix;
  /** [columns, output rounded up to 4] */
  readonly y: GPUBuffer;
  readonly adapters?: Bound;
  /** [columns, low] */
  readonly low?: GPUBuffer;
  /** [columns, input] */
  readonly x: GPUBuffer;
}

/** shaders/linear-backward.wgsl */
export async function createLinearBackward(gpu: Gpu, weights: WeightType, shape: LinearShape) {
  const { input, output, low = 0, a = 0, add = false } = shape;
  const numbers = createSizes(gpu, "train linear-backward", [input / 4, output, low, a / 4, Number(add)]);
  const kernel = await createTiledKernel(gpu, "linear-backward", { weights }, [PREFIX_TILE]);
  const width = Math.ceil(output / 4) * 4;
  return (label: string, unused: GPUBuffer, bound: LinearGradients): LinePart =>
    prepareLinePart(
      gpu,
      tiledWork({
        label,
        kernel,
        buffers: [
          numbers,
          bound.weights.buffer,
          { buffer: bound.y, bytes: 4 * width },
          bound.adapters ?? unused,
          { buffer: bound.low ?? unused, bytes: 4 * low },
          { buffer: bound.x, bytes: 4 * input },
        ],
        workgroups: Math.ceil(input / 32),
        weightBytes: bound.weights.buffer.size,
        flopsPerColumn: 2 * (output + low) * input,
        bytesPerColumn: 4 * (input + width),
      }),
    );
}

/** shaders/speaker-backward.wgsl, where the model takes a speaker; the gradient of its column is the first of xGradient. */
export async function createSpeakerBackward(
  gpu: Gpu,
  manifest: Manifest,
  { type, speaker }: LanguageModelWeights,
  { speaker: conditioning, xGradient, conditioningGradient }: TrainerBuffers,
): Promise<readonly Dispatch[]> {
  const { dim } = manifest.languageModel;
  const [first, second] = speaker;
  if (first === undefined || second === undefined) return [];
  const width = conditioningWidth(manifest);
  const sizes = { INPUT4: width / 4, DIM4: dim / 4 };
  const kernel = await gpu.kernel("speaker-backward", { weights: type, sizes });
  const matrices = [first.weights.buffer, second.weights.buffer] as const;
  const buffers = [conditioning, ...matrices, first.bias, xGradient, conditioningGradient];
  return [
    {
      label: "speaker backward",
      kernel,
      bindings: gpu.bind(kernel, buffers),
      workgroups: [1, 1, 1],
      flops: 2 * dim * (dim + 2 * width),
      bytes: matrices[0].size + matrices[1].size,
    },
  ];
}

/** shaders/rms-norm.wgsl: x, the norm's weight, the normed x. */
export async function createNorm(gpu: Gpu, { languageModel: { dim, normEps } }: Manifest) {
  const constants = { DIM4: dim / 4, EPSILON: normEps };
  const kernel = await gpu.kernel("rms-norm", { includes: ["workgroup-sum"], constants });
  return (...buffers: readonly [GPUBuffer, GPUBuffer, GPUBuffer]): LinePart =>
    preparePlain(gpu, {
      label: "rms-norm",
      kernel,
      buffers,
      workgroups: (columns) => [columns, 1, 1],
      flopsPerColumn: 4 * dim,
      bytesPerColumn: 8 * dim,
    });
}

/** shaders/rms-norm-backward.wgsl: x, the norm's weight, the gradients of the normed x and of x. */
export async function createNormBackward(
  gpu: Gpu,
  { languageModel: { dim, normEps } }: Manifest,
  add: boolean,
) {
  const constants = { DIM4: dim / 4, EPSILON: normEps, ADD: Number(add) };
  const kernel = await gpu.kernel("rms-norm-backward", { includes: ["workgroup-sum"], constants });
  return (...buffers: readonly [GPUBuffer, GPUBuffer, GPUBuffer, GPUBuffer]): LinePart =>
    preparePlain(gpu, {
      label: "rms-norm-backward",
      kernel,
      buffers,
      workgroups: (columns) => [columns, 1, 1],
      flopsPerColumn: 12 * dim,
      bytesPerColumn: 16 * dim,
    });
}

/** shaders/gate-up-backward.wgsl */
export async function createGateUpBackward(gpu: Gpu, weights: WeightType, { languageModel }: Manifest) {
  const { dim, ffnDim, normEps } = languageModel;
  const options = {
    weights,
    includes: ["column", "columns", "gate-up-rows"],
    constants: { INPUT4: dim / 4, OUTPUT: ffnDim, EPSILON: normEps },
  };
  const kernel = await createTiledKernel(gpu, "gate-up-backward", options, [PREFIX_TILE]);
  return (label: string, { ffnNorm, gate, up }: LayerWeights, x: GPUBuffer, buffers: TrainerBuffers) => {
    const { columns, hiddenGradient, gateGradient, upGradient } = buffers;
    const wide = (buffer: GPUBuffer) => ({ buffer, bytes: 4 * ffnDim });
    const work = tiledWork({
      label,
      kernel,
      buffers: [
        { buffer: columns, bytes: COLUMN_BYTES },
        { buffer: x, bytes: 4 * dim },
        ffnNorm,
        gate.buffer,
        up.buffer,
        wide(hiddenGradient),
        wide(gateGradient),
        wide(upGradient),
      ],
      workgroups: Math.ceil(ffnDim / 8),
      weightBytes: gate.buffer.size + up.buffer.size,
      flopsPerColumn: 4 * dim * ffnDim,
      bytesPerColumn: 4 * (dim + 3 * ffnDim),
    });
    return prepareLinePart(gpu, work);
  };
}

/** shaders/attention-query-backward.wgsl, then shaders/attention-key-value-backward.wgsl */
export async function createAttentionBackward(gpu: Gpu, { languageModel }: Manifest, capacity: number) {
  const { dim, heads, kvHeads } = languageModel;
  const rows = heads + 2 * kvHeads;
  const shared = ["column", "workgroup-sum", "workgroup-maximum", "attention-weights", "head-gradient"];
  const constants = { HEADS: heads, KV_HEADS: kvHeads, HEAD4: dim / heads / 4 };
  const sizes = { CAPACITY: capacity };
  const [ofQuery, ofKeyValue] = await Promise.all([
    gpu.kernel("attention-query-backward", { includes: shared, sizes, constants }),
    gpu.kernel("attention-key-value-backward", { includes: ["line", ...shared], sizes, constants }),
  ]);
  return (label: string, { query, mixed, cache }: KeptLayer, buffers: TrainerBuffers): LinePart => {
    const { line, rotation, mixedGradient, statistics, inputsGradient } = buffers;
    const columns = { buffer: buffers.columns, bytes: COLUMN_BYTES };
    const wide = (buffer: GPUBuffer) => ({ buffer, bytes: 4 * dim });
    const gradient = { buffer: inputsGradient, bytes: (4 * rows * dim) / heads };
    const statisticsOfColumn = { buffer: statistics, bytes: 8 * heads };
    const queries = prepareLinePart(gpu, {
      label: `${label} query-backward`,
      anyKernel: ofQuery,
      buffers: [
        columns,
        wide(query),
        cache,
        rotation,
        wide(mixed),
        wide(mixedGradient),
        statisticsOfColumn,
        gradient,
      ],
      call: ({ tile, tiles, span = 0 }) => ({
        kernel: ofQuery,
        workgroups: [heads, tile * tiles, 1],
        flops: 6 * tile * tiles * span * dim,
        bytes: 12 * tiles * span * ((dim * kvHeads) / heads),
      }),
    });
    const keysAndValues = prepareLinePart(gpu, {
      label: `${label} key-value-backward`,
      anyKernel: ofKeyValue,
      buffers: [columns, line, query, cache, rotation, mixedGradient, statistics, gradient],
      call: ({ tile, tiles, span = 0 }) => ({
        kernel: ofKeyValue,
        workgroups: [kvHeads, tile * tiles, 1],
        flops: 8 * tile * tiles * span * dim,
        bytes: 16 * tiles * span * dim,
      }),
    });
    return (count) => [...queries(count), ...keysAndValues(count)];
  };
}

/** Projections with adapters that read the same x: their rows follow each other in y, their A and B in the adapter. */
export interface AdapterShape {
  readonly projections: number;
  readonly input: number;
  /** Rows of y of the first projection, and of each other. */
  readonly rows: number;
  readonly otherRows: number;
  /** Rows there are in every B, and numbers of a row of y's gradient. */
  readonly bRows: number;
  readonly width: number;
  /** Where the first A and the first B begin, in numbers. */
  readonly a: number;
  readonly b: number;
}

/**
 * shaders/adapter-products.wgsl, then shaders/outer-product.wgsl for all A together and for every B. What it gives leaves
 * the gradient of A x in `lowGradient`.
 */
export async function createAdapterBackward(gpu: Gpu, shape: AdapterShape) {
  const { projections, input, rows, otherRows, bRows, width, a, b } = shape;
  const [products, outer] = await Promise.all([
    gpu.kernel("adapter-products"),
    gpu.kernel("outer-product", { includes: ["line"] }),
  ]);
  const numbers = createSizes(gpu, "train adapter-products", [
    input / 4,
    a / 4,
    b / 4,
    bRows,
    rows,
    otherRows,
    width,
  ]);
  const low = projections * MOST_RANK;
  const rank4 = MOST_RANK / 4;
  const sizesOfA = createSizes(gpu, "train A", [low, input / 4, low, 0, input / 4, 0]);
  const parts = Array.from({ length: projections }, (_, index) => {
    const count = index === 0 ? rows : otherRows;
    const first = index === 0 ? 0 : rows + (index - 1) * otherRows;
    const sizes = [count, rank4, width, first, projections * rank4, index * rank4];
    return { count, sizes: createSizes(gpu, "train B", sizes), at: b + index * bRows * MOST_RANK };
  });
  return (label: string, offset: number, x: GPUBuffer, y: GPUBuffer, buffers: TrainerBuffers): LinePart => {
    const outerPart = (
      sizes: GPUBuffer,
      left: GPUBuffer,
      right: GPUBuffer,
      at: number,
      vectors: number,
    ): LinePart =>
      preparePlain(gpu, {
        label: `${label} outer-product`,
        kernel: outer,
        buffers: [
          buffers.line,
          sizes,
          left,
          right,
          { buffer: buffers.adapterGradient, offset: 4 * (offset + at) },
        ],
        workgroups: () => [Math.ceil(vectors / 64), 1, 1],
        flopsPerColumn: 8 * vectors,
        bytesPerColumn: 4 * (input + width),
      });
    const all = [
      preparePlain(gpu, {
        label: `${label} adapter-products`,
        kernel: products,
        buffers: [
          numbers,
          { buffer: buffers.adapter, offset: 4 * offset },
          x,
          y,
          buffers.low,
          buffers.lowGradient,
        ],
        workgroups: (columns) => [projections, columns, 1],
        flopsPerColumn: 2 * MOST_RANK * (projections * input + width),
        bytesPerColumn: 4 * (input + width) + (4 * MOST_RANK * (projections * input + width)) / PREFIX_TILE,
      }),
      outerPart(sizesOfA, buffers.lowGradient, x, a, (low * input) / 4),
      ...parts.map(({ count, sizes, at }) => outerPart(sizes, y, buffers.low, at, count * rank4)),
    ];
    return (columns) => all.flatMap((part) => part(columns));
  };
}
