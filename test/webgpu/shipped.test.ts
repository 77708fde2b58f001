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

describe("the shipped model on the GPU", () => {
  it.each<[WeightType, number]>([
    ["f32", 60],
    ["f16", 20],
  ])("says a line as the PyTorch model does, with weights in %s", async (weightType, decibels) => {
    const weights = await loadWeights(readShipped, []);
    const backend = await createWebGpuBackend(weights, { device, readShader, slots: 1, weightType });
    const golden = await readGolden("sentence", readShipped);
    const { pointers, samples } = await speakWhole(backend, goldenRequest(weights.manifest), 8);
    expect(pointers).toEqual([...golden("pointer").data]);
    expect(samples).toHaveLength(pointers.length * weights.manifest.samplesPerLatent);
    const expected = golden("samples").data;
    expect(signalToNoise(samples, expected)).toBeGreaterThan(decibels);
    await backend.dispose();
  });
});
