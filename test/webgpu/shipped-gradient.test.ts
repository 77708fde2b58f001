import { beforeAll, describe, expect, it } from "vitest";
import type { TrainingLine } from "../../runtime/backend.ts";
import { parseManifest, type Manifest } from "../../runtime/manifest.ts";
import { conditioningSize } from "../../runtime/styles.ts";
import { requestLanguageModelWeights } from "../../runtime/webgpu/language-model-weights.ts";
import { createJobQueue, SLICE_BYTES, SLICE_FLOPS } from "../../runtime/webgpu/slices.ts";
import { openTensors } from "../../runtime/webgpu/tensors.ts";
import { createTrainer } from "../../runtime/webgpu/trainer.ts";
import { goldenAdapter, goldenLine } from "../contract/adapter-gradient.ts";
import { goldenOf } from "../contract/tiny-sentence.ts";
import { readShipped } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { relativeError } from "./numeric-gradient.ts";
import { ADAPTER_PARTS } from "./trainer-rig.ts";

const gpu = await testGpu();
const GOLDEN_NAMES = {
  attentionA: "attention_a",
  attentionB: "attention_b",
  headA: "head_a",
  headB: "head_b",
} as const;

/** A line of silence, as long as that. */
function lineOf(manifest: Manifest, symbols: number, frames: number): TrainingLine {
  const latents = new Float32Array(frames * manifest.latentDim);
  return {
    conditioning: new Float32Array(conditioningSize(manifest)),
    symbols: new Int32Array(symbols).fill(1),
    symbolIndices: new Int32Array(frames),
    latents,
    target: { mean: latents, logScale: latents },
  };
}

describe("training with the shipped model's sizes", () => {
  let manifest: Manifest;
  let golden: (key: string) => Float32Array;
  const load = async (pacing: "immediate" | "caller") => {
    const file = "language-model.safetensors";
    const tensors = openTensors(gpu, await readShipped(file), file, { weightType: "f32" });
    const weights = requestLanguageModelWeights(tensors, manifest);
    await tensors.upload();
    const jobs = createJobQueue(gpu, pacing);
    return { jobs, trainer: createTrainer(gpu, manifest, weights, jobs) };
  };
  beforeAll(async () => {
    manifest = parseManifest(new TextDecoder().decode(await readShipped("manifest.json")));
    golden = await goldenOf(readShipped, "lm-train");
  });

  it("gives the gradient that PyTorch gives", async () => {
    const { trainer } = await load("immediate");
    const line = goldenLine(golden, manifest);
    const { kl, gradient, conditioningGradient } = await trainer.adapterGradient(line, goldenAdapter(golden));
    expect(relativeError([kl], golden("output.kl"))).toBeLessThan(1e-3);
    for (const part of ADAPTER_PARTS) {
      const wanted = golden(`output.gradient_lora_${GOLDEN_NAMES[part]}`);
      expect(relativeError(gradient[part], wanted), part).toBeLessThan(1e-3);
    }
    expect(relativeError(conditioningGradient, golden("output.gradient_speaker"))).toBeLessThan(1e-3);
  });

  it.each([
    ["five seconds", 60, 63],
    ["the longest line", 500, 523],
  ])("has no slice longer than the bound for %s", async (_, symbols, frames) => {
    const { jobs, trainer } = await load("caller");
    const training = trainer.adapterGradient(lineOf(manifest, symbols, frames), goldenAdapter(golden));
    training.catch(() => undefined);
    while (jobs.slices.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const most = (key: "flops" | "bytes") => Math.max(...jobs.slices.waiting.map((slice) => slice[key]));
    expect(most("flops")).toBeLessThanOrEqual(SLICE_FLOPS);
    expect(most("bytes")).toBeLessThanOrEqual(SLICE_BYTES);
    expect(jobs.slices.waiting.length).toBeGreaterThan(manifest.languageModel.layers);
    jobs.stop(new Error("enough"));
    await expect(training).rejects.toThrow("enough");
  });
});
