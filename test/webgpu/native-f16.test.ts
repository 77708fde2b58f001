/**
 * Weights read natively by devices with shader-f16. SwiftShader, on which the other tests run, does not have that
 * feature; Mesa's Lavapipe does.
 */
import { expect, it, vi } from "vitest";
import { readShader } from "../../runtime/node/read-shader.ts";
import { createWebGpuBackend } from "../../runtime/webgpu/webgpu-backend.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { goldenRequest, speakWhole, TO_ITSELF } from "../contract/tiny-sentence.ts";
import { largestDifference, readTiny } from "../onnx/tiny-weights.ts";
import { requestDevice } from "./dawn.ts";

process.env["VK_ICD_FILENAMES"] = "/usr/share/vulkan/icd.d/lvp_icd.json";

it("says the same with weights read natively as with unpacked ones", async () => {
  const [native, unpacked] = [await speakOn(["shader-f16"]), await speakOn([])];
  expect(native.codes.filter((code) => code.includes("vec4<f16>")).length).toBeGreaterThan(5);
  expect(unpacked.codes.filter((code) => code.includes("f16>"))).toEqual([]);
  expect(native.pointers).toEqual(unpacked.pointers);
  expect(largestDifference(native.samples, unpacked.samples)).toBeLessThan(TO_ITSELF);
});

/** The tiny model's golden sentence and the code of all shaders, on a device with these features. */
async function speakOn(features: readonly GPUFeatureName[]) {
  const device = await requestDevice(features);
  expect([...device.features]).toEqual(expect.arrayContaining([...features]));
  const compile = vi.spyOn(device, "createShaderModule");
  const weights = await loadWeights(readTiny, []);
  const backend = await createWebGpuBackend(weights, { device, readShader, slots: 1, weightType: "f16" });
  const spoken = await speakWhole(backend, goldenRequest(weights.manifest), 8);
  await backend.dispose();
  device.destroy();
  return { ...spoken, codes: compile.mock.calls.map(([{ code }]) => code) };
}
