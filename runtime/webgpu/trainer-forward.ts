/** The teacher-forced pass over a line, all positions at once; what the backward pass needs is kept. */
import { POINTER_WEIGHT } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import type { Gpu } from "./gpu.ts";
import { adapterSizes, advancesOf } from "./language-model-buffers.ts";
import type { LanguageModelWeights } from "./language-model-weights.ts";
import { createSpeaker, speakersOf } from "./prefill.ts";
import { predictWork } from "./step.ts";
import { PREFIX_TILE } from "./tiles.ts";
import { outputsWidth, rowsOfFrame, type TrainerBuffers } from "./trainer-buffers.ts";
import { prepareLinePart, preparePlain, type LinePart } from "./trainer-columns.ts";
import { layerWorks, type LayerKernels } from "./transformer-layer.ts";

/** In order: the inputs, the layers, the prediction, the loss and the gradient of the prediction. */
export async function createForward(
  gpu: Gpu,
  manifest: Manifest,
  weights: LanguageModelWeights,
  kernels: LayerKernels,
  buffers: TrainerBuffers,
): Promise<readonly LinePart[]> {
  const copy = await createCopy(gpu, manifest);
  const sizes = adapterSizes(manifest);
  const { layers, result, adapter, outputs, columns } = buffers;
  const input = layers[0]?.input ?? result;
  const layerParts = weights.layers.flatMap((layer, index) => {
    const kept = layers[index];
    if (kept === undefined) return [];
    const next = layers[index + 1]?.input ?? result;
    const adapters = { buffer: adapter, offset: 4 * sizes.attention * index };
    const bound = { ...buffers, ...kept, result: next, adapters };
    const works = layerWorks(manifest.languageModel, layer, bound, kernels, index);
    return [
      prepareLinePart(gpu, works.toQuery),
      prepareLinePart(gpu, works.toMixed),
      copy(kept.input, kept.middle),
      prepareLinePart(gpu, works.fromMixed),
      prepareLinePart(gpu, works.toHidden),
      copy(kept.middle, next),
      prepareLinePart(gpu, works.fromHidden),
    ];
  });
  const adapters = { buffer: adapter, offset: 4 * sizes.attention * layers.length };
  const bound = { columns, adapters, x: result, outputs };
  const speaker = await createSpeaker(gpu, weights, manifest, { ...buffers, x: input });
  return [
    await createEmbedLine(gpu, manifest, weights, buffers, input),
    () => speaker,
    ...layerParts,
    prepareLinePart(gpu, await predictWork(gpu, weights, manifest, [PREFIX_TILE], bound)),
    await createLineLoss(gpu, manifest, buffers),
  ];
}

async function createEmbedLine(
  gpu: Gpu,
  manifest: Manifest,
  weights: LanguageModelWeights,
  { line, rows, latents, unused }: TrainerBuffers,
  x: GPUBuffer,
): Promise<LinePart> {
  const {
    latentDim,
    languageModel: { dim },
  } = manifest;
  const { symbols, latent, embeddings } = weights;
  const kernel = await gpu.kernel("embed-line", {
    weights: weights.type,
    includes: ["line", "frame-embedding"],
    constants: {
      DIM4: dim / 4,
      LATENT4: latentDim / 4,
      SPEAKERS: speakersOf(weights),
      ROWS: rowsOfFrame(manifest),
    },
  });
  return preparePlain(gpu, {
    label: "embed-line",
    kernel,
    buffers: [
      line,
      symbols.buffer,
      latent.weights.buffer,
      latent.bias,
      embeddings?.buffer ?? unused,
      rows,
      latents,
      x,
    ],
    workgroups: (columns) => [Math.ceil(dim / 256), columns, 1],
    flopsPerColumn: 2 * dim * (latentDim + rowsOfFrame(manifest)),
    bytesPerColumn: 4 * (dim * (rowsOfFrame(manifest) + 2) + latentDim),
  });
}

/** What it gives is a part that copies one [columns, dim] to another. */
async function createCopy(gpu: Gpu, { languageModel: { dim } }: Manifest) {
  const kernel = await gpu.kernel("copy", { constants: { WIDTH4: dim / 4 } });
  return (source: GPUBuffer, result: GPUBuffer): LinePart =>
    preparePlain(gpu, {
      label: "copy",
      kernel,
      buffers: [source, result],
      workgroups: (columns) => [Math.ceil(dim / 256), columns, 1],
      flopsPerColumn: 0,
      bytesPerColumn: 8 * dim,
    });
}

async function createLineLoss(
  gpu: Gpu,
  manifest: Manifest,
  { line, outputs, target, advances, losses, outputsGradient }: TrainerBuffers,
): Promise<LinePart> {
  const { languageModel, latentDim } = manifest;
  const kernel = await gpu.kernel("line-loss", {
    includes: ["line", "workgroup-sum"],
    constants: {
      LATENT: latentDim,
      ADVANCES: advancesOf(manifest),
      WIDTH: outputsWidth(manifest),
      LOG_SCALE_MIN: languageModel.logScaleMin,
      LOG_SCALE_MAX: languageModel.logScaleMax,
      POINTER_WEIGHT,
    },
  });
  return preparePlain(gpu, {
    label: "line-loss",
    kernel,
    buffers: [line, outputs, target, advances, losses, outputsGradient],
    workgroups: (columns) => [columns, 1, 1],
    flopsPerColumn: 32 * latentDim,
    bytesPerColumn: 24 * latentDim,
  });
}
