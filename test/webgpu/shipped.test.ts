import { describe, expect, it } from "vitest";
import { readShader } from "../../runtime/node/read-shader.ts";
import type { WeightType } from "../../runtime/webgpu/gpu.ts";
import { createWebGpuBackend } from "../../runtime/webgpu/webgpu-backend.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { goldenRequest, speakWhole } from "../contract/speech-backend.ts";
import { readGolden, readShipped } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { signalToNoise } from "./signal-to-noise.ts";

const { device } = await testGpu();

/** Level of each of the first frames, in dB. */
function levelsDb(samples: ArrayLike<number>, frames: number, samplesPerLatent: number): number[] {
  return Array.from({ length: frames }, (_, t) => {
    let sum = 0;
    for (let n = t * samplesPerLatent; n < (t + 1) * samplesPerLatent; n++) sum += (samples[n] ?? 0) ** 2;
    return 10 * Math.log10(sum / samplesPerLatent + 1e-6);
  });
}

/** The golden line, as the GPU says it and as PyTorch did. */
async function sayGolden(weightType: WeightType) {
  const weights = await loadWeights(readShipped, []);
  const backend = await createWebGpuBackend(weights, { device, readShader, slots: 1, weightType });
  const golden = await readGolden("sentence", readShipped);
  const spoken = await speakWhole(backend, goldenRequest(weights.manifest), 8);
  await backend.dispose();
  return {
    ...spoken,
    golden: { pointers: [...golden("pointer").data], samples: golden("samples").data as Float32Array },
    samplesPerLatent: weights.manifest.samplesPerLatent,
  };
}

describe("the shipped model on the GPU", () => {
  it("says a line as the PyTorch model does, with weights in f32", async () => {
    const { pointers, samples, golden, samplesPerLatent } = await sayGolden("f32");
    expect(pointers).toEqual(golden.pointers);
    expect(samples).toHaveLength(pointers.length * samplesPerLatent);
    expect(signalToNoise(samples, golden.samples)).toBeGreaterThan(60);
  });

  it("says it nearly so with caches in f16 too: the pointer moves a frame sooner or later where it is undecided", async () => {
    const { pointers, samples, golden, samplesPerLatent } = await sayGolden("f16");
    expect(Math.abs(pointers.length - golden.pointers.length)).toBeLessThanOrEqual(1);
    const shared = Math.min(pointers.length, golden.pointers.length);
    const distances = golden.pointers.slice(0, shared).map((symbol, t) => Math.abs(symbol - pointers[t]!));
    expect(Math.max(...distances)).toBeLessThanOrEqual(1);
    const firstApart = distances.findIndex((distance) => distance > 0);
    const alike = firstApart < 0 ? shared : firstApart;
    expect(alike).toBeGreaterThan(shared / 3);
    // waveforms part sooner: the phase adds up what little the pitch differs
    const levels = [samples, golden.samples].map((sound) => levelsDb(sound, alike - 1, samplesPerLatent));
    const differences = levels[0]!.map((level, t) => Math.abs(level - levels[1]![t]!));
    expect(Math.max(...differences)).toBeLessThan(2);
  });
});
