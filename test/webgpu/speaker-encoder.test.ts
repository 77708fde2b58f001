import { describe, expect, it } from "vitest";
import { parseManifest } from "../../runtime/manifest.ts";
import { createSpeakerEncoder } from "../../runtime/webgpu/speaker-encoder.ts";
import { openTensors } from "../../runtime/webgpu/tensors.ts";
import { largestDifference, readGolden, readShipped, readTiny } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { encodeClip } from "./encode-clip.ts";

describe.each([
  ["tiny", readTiny],
  ["shipped", readShipped],
] as const)("the speaker encoder of the %s model", (_name, read) => {
  it("gives the posterior of the PyTorch model and frees what it made for the clip", async () => {
    const gpu = await testGpu();
    const manifest = parseManifest(new TextDecoder().decode(await read("manifest.json")));
    const bytes = await read("speaker-encoder.safetensors");
    const tensors = openTensors(gpu, bytes, "speaker-encoder.safetensors", { weightType: "f16" });
    const embed = createSpeakerEncoder(gpu, tensors, manifest);
    const golden = await readGolden("speaker-encoder", read);
    const samples = golden("input.samples").data as Float32Array;
    const { mean, logScale } = await encodeClip(gpu, embed, samples);
    expect(largestDifference(mean, golden("output.mean").data)).toBeLessThan(1e-4);
    expect(largestDifference(logScale, golden("output.log_scale").data)).toBeLessThan(1e-4);
    const buffers = gpu.memory().length;
    await encodeClip(gpu, embed, samples.subarray(777));
    expect(gpu.memory()).toHaveLength(buffers);
  });
});
