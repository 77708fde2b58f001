/** Trainers of small random models, and lines and adapters for them. */
import type { Adapter, TrainingLine } from "../../runtime/backend.ts";
import type { LanguageModelSizes, Manifest } from "../../runtime/manifest.ts";
import type { Gpu, WeightType } from "../../runtime/webgpu/gpu.ts";
import { requestLanguageModelWeights } from "../../runtime/webgpu/language-model-weights.ts";
import type { ReferenceTensors } from "../../runtime/webgpu/reference-model.ts";
import { createJobQueue } from "../../runtime/webgpu/slices.ts";
import { conditioningSize } from "../../runtime/styles.ts";
import { openTensors, roundedTensors, type Tensors } from "../../runtime/webgpu/tensors.ts";
import { createTrainer } from "../../runtime/webgpu/trainer.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { randomModel } from "./random-model.ts";
import { halved, noise } from "./run-kernel.ts";

/** Grouped queries, odd sizes, a prefix that sees itself. */
export const GROUPED: LanguageModelSizes = {
  dim: 32,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  ffnDim: 36,
  normEps: 1e-5,
  ropeTheta: 10000,
  ropeScaling: null,
  logScaleMin: -0.6,
  logScaleMax: 1.5,
  prefixAttention: "bidirectional",
  pointer: { windowBefore: 2, windowAfter: 1, ages: 3, maxAdvance: 2 },
};

export const OFFICIAL: LanguageModelSizes = {
  ...GROUPED,
  heads: 2,
  prefixAttention: "causal",
  pointer: null,
};

export function lineOf(manifest: Manifest, frames: number, seed: number): TrainingLine {
  const { latentDim } = manifest;
  const symbols = Int32Array.from({ length: 6 }, (_, index) => 1 + ((index * 7 + seed) % 40));
  return {
    conditioning: noise(conditioningSize(manifest), seed),
    symbols,
    symbolIndices: Int32Array.from({ length: frames }, (_, frame) =>
      Math.min(symbols.length - 1, Math.floor((frame * frame) / 8)),
    ),
    latents: noise(frames * latentDim, seed + 1),
    target: {
      mean: noise(frames * latentDim, seed + 2),
      logScale: noise(frames * latentDim, seed + 3).map((value) => value - 1),
    },
  };
}

export function adapterOf({ languageModel: { dim, layers }, latentDim }: Manifest, rank: number): Adapter {
  const of = (size: number, seed: number) => noise(size, seed).map((value) => value / 4);
  return {
    rank,
    attentionA: of(layers * 4 * rank * dim, 1),
    attentionB: of(layers * 4 * dim * rank, 2),
    headA: of(rank * dim, 3),
    headB: of(2 * latentDim * rank, 4),
  };
}

export const ADAPTER_PARTS = ["attentionA", "attentionB", "headA", "headB"] as const;
export type AdapterPart = (typeof ADAPTER_PARTS)[number];

/** As the kernels see the matrices. */
function stored(tensors: Tensors): ReferenceTensors {
  const floats = (name: string) =>
    tensors.shape(name).length > 1 ? halved(tensors.floats(name)) : tensors.floats(name);
  return tensors.weightType === "f16" ? { has: tensors.has, floats } : roundedTensors(tensors);
}

export async function trainerOf(
  gpu: Gpu,
  sizes: LanguageModelSizes,
  hasSpeaker: boolean,
  weightType: WeightType,
) {
  const { manifest, bytes } = randomModel(await tinyManifest(), sizes, 12, hasSpeaker);
  const tensors = openTensors(gpu, bytes, "random", { weightType });
  const weights = requestLanguageModelWeights(tensors, manifest);
  await tensors.upload();
  const trainer = createTrainer(gpu, manifest, weights, createJobQueue(gpu, "immediate"));
  return { manifest, tensors: stored(tensors), trainer };
}
