/** The loss of a line in plain loops over doubles, frame by frame as the model speaks it. */
import type { Adapter, TrainingLine } from "../../runtime/backend.ts";
import { POINTER_WEIGHT } from "../../runtime/backend.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import { ageInput, windowOf } from "../../runtime/speech/pointer.ts";
import { createReferenceModel, type ReferenceTensors } from "../../runtime/webgpu/reference-model.ts";

export interface LineLoss {
  readonly kl: number;
  readonly pointer: number;
}

export function lineLoss(
  manifest: Manifest,
  tensors: ReferenceTensors,
  { conditioning, symbols, symbolIndices, latents, target }: TrainingLine,
  adapter: Adapter,
): LineLoss {
  const { latentDim: dim, languageModel } = manifest;
  const { pointer: sizes, logScaleMin, logScaleMax } = languageModel;
  const model = createReferenceModel(manifest, tensors, languageModel.layers, adapter);
  const state = model.open(conditioning, symbols);
  const frames = symbolIndices.length;
  let [age, divergence, crossEntropy] = [0, 0, 0];
  symbolIndices.forEach((symbol, frame) => {
    age = symbol === symbolIndices[frame - 1] ? age + 1 : 0;
    const before = frame === 0 ? new Float32Array(dim) : latents.subarray((frame - 1) * dim, frame * dim);
    const window = sizes === null ? [] : windowOf(symbols, { symbol, age }, sizes);
    const outputs = model.step(state, before, window, sizes === null ? 0 : ageInput({ symbol, age }, sizes));
    for (let d = 0; d < dim; d++) {
      const scale = Math.min(logScaleMax, Math.max(logScaleMin, outputs[dim + d]!));
      const [mean, wanted] = [target.mean[frame * dim + d]!, target.logScale[frame * dim + d]!];
      const spread = Math.exp(2 * wanted) + (mean - outputs[d]!) ** 2;
      divergence += scale - wanted + spread / (2 * Math.exp(2 * scale)) - 0.5;
    }
    const next = symbolIndices[frame + 1];
    if (sizes === null || next === undefined) return;
    const logits = outputs.slice(2 * dim);
    const total = logits.reduce((sum, each) => sum + Math.exp(each), 0);
    crossEntropy += Math.log(total) - logits[Math.min(sizes.maxAdvance, next - symbol)]!;
  });
  return { kl: divergence / (frames * dim), pointer: crossEntropy / Math.max(1, frames - 1) };
}

export function totalLoss({ kl, pointer }: LineLoss): number {
  return kl + POINTER_WEIGHT * pointer;
}
