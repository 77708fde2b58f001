/** A model in the official geometry scaled down, on the GPU: language model, decoder and encoder against PyTorch. */
import { beforeAll, describe, expect, it } from "vitest";
import { WeightsError } from "../../runtime/errors.ts";
import type { ModelManifest } from "../../runtime/manifest.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { createEncoder } from "../../runtime/webgpu/encoder.ts";
import { createLanguageModel } from "../../runtime/webgpu/language-model.ts";
import { createLanguageModelBuffers } from "../../runtime/webgpu/language-model-buffers.ts";
import { openTensors } from "../../runtime/webgpu/tensors.ts";
import { createWebGpuBackend } from "../../runtime/webgpu/webgpu-backend.ts";
import { officialManifest, readOfficial } from "../onnx/official-weights.ts";
import { largestDifference, readGolden, tinyManifest } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { createDecoderRig } from "./decoder-rig.ts";
import { encodeClip } from "./encode-clip.ts";
import { download, runDispatches } from "./run-kernel.ts";
import { signalToNoise } from "./signal-to-noise.ts";

const gpu = await testGpu();
const SLOT = 1;
const ROOM = { slots: 2, capacity: 64 };

let manifest: ModelManifest;
beforeAll(async () => {
  manifest = await officialManifest();
});

describe.each(["f32", "f16"] as const)("the official geometry with weights in %s", (weightType) => {
  const open = async (file: string) => openTensors(gpu, await readOfficial(file), file, { weightType });

  it("predicts a line as the PyTorch model does, fed with the line's own latents", async () => {
    const { latentDim } = manifest;
    const endless = { ...manifest, stop: { ...manifest.stop, klThreshold: 0 } };
    const tensors = await open("language-model.safetensors");
    const buffers = createLanguageModelBuffers(gpu, endless, ROOM);
    const model = await createLanguageModel(gpu, tensors, endless, ROOM, buffers);
    await tensors.upload();
    const golden = await readGolden("lm-line", readOfficial);
    const symbols = golden("symbols").data as Int32Array;
    const latents = golden("latents").data as Float32Array;
    const noise = { seedLo: 1, seedHi: 2, stream: 3 };
    model.writeSentence(SLOT, { conditioning: new Float32Array(0), symbols, noise, temperature: 1 });
    model.writeVoices([SLOT]);
    runDispatches(gpu, model.prefill(symbols.length));
    const [means, logScales]: [number[], number[]] = [[], []];
    for (let frame = 0; frame < latents.length / latentDim; frame++) {
      runDispatches(gpu, model.step(1));
      const outputs = await download(gpu, buffers.outputs);
      means.push(...outputs.subarray(0, latentDim));
      logScales.push(...outputs.subarray(latentDim, 2 * latentDim));
      const at = (SLOT * ROOM.capacity + frame) * latentDim;
      const latent = latents.slice(frame * latentDim, (frame + 1) * latentDim);
      gpu.device.queue.writeBuffer(buffers.latents, 4 * at, latent);
    }
    expect(largestDifference(means, golden("mean").data)).toBeLessThan(1e-4);
    expect(largestDifference(logScales, golden("log_scale").data)).toBeLessThan(1e-4);
  });

  it("gives the posterior of the PyTorch model, again for a second clip, and frees what it made for them", async () => {
    const encode = createEncoder(gpu, await open("encoder.safetensors"), manifest);
    const golden = await readGolden("encoder", readOfficial);
    const samples = golden("input.samples").data as Float32Array;
    const { mean, logScale } = await encodeClip(gpu, encode, samples);
    const buffers = gpu.memory().length;
    const half = await encodeClip(gpu, encode, samples.subarray(0, 4 * manifest.samplesPerLatent));
    expect(gpu.memory()).toHaveLength(buffers);
    expect(half.mean).toHaveLength(4 * manifest.latentDim);
    expect(largestDifference(mean, golden("output.mean").data)).toBeLessThan(1e-4);
    expect(largestDifference(logScale, golden("output.log_scale").data)).toBeLessThan(1e-4);
  });
});

describe("the decoder of the official geometry", () => {
  it("makes the sound that the PyTorch model makes of the whole sequence, in chunks and at once", async () => {
    const rig = await createDecoderRig(gpu, readOfficial, "f32", 1);
    const golden = await readGolden("sound", readOfficial);
    const latents = golden("latents").data as Float32Array;
    const frames = latents.length / manifest.latentDim;
    const { delayLatents } = manifest.decoder;
    rig.place(0, latents);
    const [whole] = await rig.run([{ slot: 0, first: 0, count: frames + delayLatents, last: frames - 1 }]);
    const chunks: number[] = [];
    for (const [first, count] of [
      [0, 1],
      [1, 3],
      [4, frames - 4 + delayLatents],
    ] as const) {
      const last = Math.min(first + count, frames) - 1;
      const [samples] = await rig.run([{ slot: 0, first, count, last }]);
      chunks.push(...samples!);
    }
    expect(whole).toHaveLength(golden("samples").data.length);
    expect(signalToNoise(whole!, golden("samples").data)).toBeGreaterThan(60);
    expect(largestDifference(chunks, whole!)).toBeLessThan(1e-5);
  });
});

describe("createWebGpuBackend", () => {
  it("refuses a model in the official geometry, which has no pointer to speak by", async () => {
    const { speaker } = await tinyManifest();
    const weights = { manifest: { ...manifest, speaker }, read: readOfficial };
    const creating = createWebGpuBackend(weights, { device: gpu.device, readShader });
    await expect(creating).rejects.toThrow(WeightsError);
    await expect(creating).rejects.toThrow(/"official-tiny" have no text pointer/);
  });
});
