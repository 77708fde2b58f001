import { describe, expect, it } from "vitest";
import { parseManifest } from "../../runtime/manifest.ts";
import type { ClipNetwork } from "../../runtime/webgpu/clip.ts";
import { createEncoder } from "../../runtime/webgpu/encoder.ts";
import type { Gpu } from "../../runtime/webgpu/gpu.ts";
import { openTensors } from "../../runtime/webgpu/tensors.ts";
import { largestDifference, readGolden, readShipped, readTiny } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { encodeClip } from "./encode-clip.ts";

async function encoderOf(gpu: Gpu, read: typeof readTiny): Promise<ClipNetwork> {
  const manifest = parseManifest(new TextDecoder().decode(await read("manifest.json")));
  const bytes = await read("encoder.safetensors");
  return createEncoder(gpu, openTensors(gpu, bytes, "encoder.safetensors", { weightType: "f16" }), manifest);
}

describe.each([
  ["tiny", readTiny],
  ["shipped", readShipped],
] as const)("the encoder of the %s model", (_name, read) => {
  it("gives the posterior of the PyTorch model, again for a second clip, and frees what it made for them", async () => {
    const gpu = await testGpu();
    const encode = await encoderOf(gpu, read);
    const golden = await readGolden("encoder", read);
    const samples = golden("input.samples").data as Float32Array;
    const first = await encodeClip(gpu, encode, samples);
    const buffers = gpu.memory().length;
    const half = await encodeClip(gpu, encode, samples.subarray(0, samples.length - 1280));
    expect(gpu.memory()).toHaveLength(buffers);
    expect(half.mean.length).toBeLessThan(first.mean.length);
    expect(largestDifference(first.mean, golden("output.mean").data)).toBeLessThan(1e-4);
    expect(largestDifference(first.logScale, golden("output.log_scale").data)).toBeLessThan(1e-4);
  });
});
