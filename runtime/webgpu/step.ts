/** A step of speech: one more frame for every voice (weights/FORMAT.md), without a word from the CPU. */
import type { ModelManifest } from "../manifest.ts";
import type { Dispatch, Gpu } from "./gpu.ts";
import {
  adapterSizes,
  advancesOf,
  COLUMN_BYTES,
  MOST_RANK,
  type LanguageModelBuffers,
  type LanguageModelRoom,
} from "./language-model-buffers.ts";
import type { LanguageModelWeights } from "./language-model-weights.ts";
import {
  createTiledKernel,
  prepare,
  stepTiles,
  tiledWork,
  type Bound,
  type ColumnWork,
  type Tiling,
} from "./tiles.ts";
import type { Layer } from "./transformer-layer.ts";

type Work = (tiling: Tiling) => Dispatch;

/** The dispatches of a step: the inputs of the voices' columns, all layers, the prediction, what follows from it. */
export async function createStep(
  gpu: Gpu,
  weights: LanguageModelWeights,
  manifest: ModelManifest,
  room: LanguageModelRoom,
  buffers: LanguageModelBuffers,
  layers: readonly Layer[],
): Promise<(tiling: Tiling) => readonly Dispatch[]> {
  const [embed, predict, sample] = await Promise.all([
    createEmbedFrame(gpu, weights, manifest, room, buffers),
    createPredict(gpu, weights, manifest, room, buffers),
    createSample(gpu, manifest, room, buffers),
  ]);
  return (tiling) => [
    embed(tiling),
    ...layers.flatMap((layer) => layer(tiling)),
    predict(tiling),
    sample(tiling),
  ];
}

async function createEmbedFrame(
  gpu: Gpu,
  { latent, embeddings }: LanguageModelWeights,
  { languageModel: { dim, pointer }, latentDim, symbols }: ModelManifest,
  { capacity }: LanguageModelRoom,
  { voices, slots, latents, symbols: symbolsOfSlots, x, columns, unused }: LanguageModelBuffers,
): Promise<Work> {
  const WINDOW = pointer === null ? 0 : pointer.windowBefore + 1 + pointer.windowAfter;
  const constants = {
    DIM4: dim / 4,
    LATENT4: latentDim / 4,
    CAPACITY: capacity,
    AGES: pointer?.ages ?? 0,
    WINDOW,
    WINDOW_BEFORE: pointer?.windowBefore ?? 0,
    VOCABULARY: symbols.length,
  };
  const kernel = await gpu.kernel("embed-frame", {
    weights: latent.weights.type,
    includes: ["column", "slots", "frame-embedding"],
    constants,
  });
  const bindings = gpu.bind(kernel, [
    voices,
    slots,
    latents,
    latent.weights.buffer,
    latent.bias,
    embeddings?.buffer ?? unused,
    symbolsOfSlots,
    x,
    columns,
  ]);
  return ({ tile, tiles }) => ({
    label: "embed-frame",
    kernel,
    bindings,
    workgroups: [Math.ceil(dim / 256), tile * tiles, 1],
    flops: 2 * dim * (latentDim + WINDOW) * tile * tiles,
    bytes: latent.weights.buffer.size + 4 * dim * (WINDOW + 2) * tile * tiles,
  });
}

async function createPredict(
  gpu: Gpu,
  weights: LanguageModelWeights,
  manifest: ModelManifest,
  { slots }: LanguageModelRoom,
  { columns, headAdapters, x, outputs }: LanguageModelBuffers,
): Promise<Work> {
  const bound = { columns, adapters: headAdapters, x, outputs };
  return prepare(gpu, await predictWork(gpu, weights, manifest, stepTiles(slots), bound));
}

export interface PredictBuffers {
  readonly columns: GPUBuffer;
  /** A and B of the head: of every slot. */
  readonly adapters: Bound;
  /** [columns, dim]: what the last layer gave. */
  readonly x: GPUBuffer;
  /** [columns, 2 * D + advances] */
  readonly outputs: GPUBuffer;
}

/** The last norm, the head and the pointer's advance. */
export async function predictWork(
  gpu: Gpu,
  { norm, head: { weights, bias } }: LanguageModelWeights,
  manifest: ModelManifest,
  tiles: readonly number[],
  { columns, adapters, x, outputs }: PredictBuffers,
): Promise<ColumnWork> {
  const { dim, normEps } = manifest.languageModel;
  const rows = 2 * manifest.latentDim;
  const OUTPUT = rows + advancesOf(manifest);
  const constants = {
    INPUT4: dim / 4,
    OUTPUT,
    NORM: 1,
    EPSILON: normEps,
    BIAS: 1,
    RANK: MOST_RANK,
    ADAPTER4: adapterSizes(manifest).head / 4,
    ADAPTED_ROWS: rows,
    B4: (MOST_RANK * dim) / 4,
  };
  const options = { weights: weights.type, includes: ["column", "columns", "low-rank"], constants };
  return tiledWork({
    label: "predict",
    kernel: await createTiledKernel(gpu, "linear", options, tiles),
    buffers: [
      { buffer: columns, bytes: COLUMN_BYTES },
      adapters,
      { buffer: x, bytes: 4 * dim },
      weights.buffer,
      norm,
      bias,
      { buffer: outputs, bytes: 4 * OUTPUT },
    ],
    workgroups: Math.ceil(OUTPUT / 8),
    weightBytes: weights.buffer.size,
    flopsPerColumn: 2 * OUTPUT * dim,
    bytesPerColumn: 4 * (OUTPUT + dim),
  });
}

async function createSample(
  gpu: Gpu,
  manifest: ModelManifest,
  { capacity }: LanguageModelRoom,
  { columns, outputs, slots, latents, path }: LanguageModelBuffers,
): Promise<Work> {
  const { languageModel, latentDim, stop } = manifest;
  const constants = {
    LATENT4: latentDim / 4,
    CAPACITY: capacity,
    ADVANCES: advancesOf(manifest),
    LOG_SCALE_MIN: languageModel.logScaleMin,
    LOG_SCALE_MAX: languageModel.logScaleMax,
    KL_THRESHOLD: stop.klThreshold,
    TARGET_MEAN: stop.targetMean,
    TARGET_LOG_SCALE: stop.targetLogScale,
    REST_FRAMES: stop.restFrames,
    MAX_AGE: stop.maxAge,
  };
  const kernel = await gpu.kernel("sample", {
    includes: ["column", "slots", "gaussian", "workgroup-sum"],
    constants,
  });
  const bindings = gpu.bind(kernel, [columns, outputs, slots, latents, path]);
  return ({ tile, tiles }) => ({
    label: "sample",
    kernel,
    bindings,
    workgroups: [tile * tiles, 1, 1],
    flops: 64 * latentDim * tile * tiles,
    bytes: 12 * latentDim * tile * tiles,
  });
}
