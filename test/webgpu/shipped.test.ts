import { describe, expect, it } from "vitest";
import { readShader } from "../../runtime/node/read-shader.ts";
import { createWebGpuBackend } from "../../runtime/webgpu/webgpu-backend.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { goldenRequest, speakWhole } from "../contract/tiny-sentence.ts";
import { readGolden, readShipped } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { signalToNoise } from "./signal-to-noise.ts";

const { device } = await testGpu();

describe("the shipped model on the GPU", () => {
  it.each(["f32", "f16"] as const)(
    "says a line as the PyTorch model does, with weights in %s",
    async (weightType) => {
      const weights = await loadWeights(readShipped, []);
      const backend = await createWebGpuBackend(weights, { device, readShader, slots: 1, weightType });
      const golden = await readGolden("sentence", readShipped);
      const { pointers, samples } = await speakWhole(backend, goldenRequest(weights.manifest), 8);
      expect(pointers).toEqual([...golden("pointer").data]);
      expect(samples).toHaveLength(pointers.length * weights.manifest.samplesPerLatent);
      expect(signalToNoise(samples, golden("samples").data)).toBeGreaterThan(60);
      await backend.dispose();
    },
  );
});
