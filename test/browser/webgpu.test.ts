import { afterAll } from "vitest";
import { readBundledShader } from "../../runtime/webgpu/bundled-shaders.ts";
import { WEBGPU_FEATURES } from "../../runtime/webgpu/gpu.ts";
import { createWebGpuBackend } from "../../runtime/webgpu/webgpu-backend.ts";
import { describeSpeechBackend } from "../contract/speech-backend.ts";

const FOLDER = "/test/fixtures/tiny/";

const adapter = await navigator.gpu.requestAdapter();
if (adapter === null)
  throw new Error("This browser has no WebGPU adapter; these tests need one (flags in vite.config.ts).");
const requiredFeatures = WEBGPU_FEATURES.filter((feature) => adapter.features.has(feature));
const device = await adapter.requestDevice({ requiredFeatures });
const errors: string[] = [];
device.addEventListener("uncapturederror", ({ error }) => errors.push(error.message));
afterAll(() => {
  device.destroy();
  if (errors.length > 0) throw new Error(errors.join("\n"));
});

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(FOLDER + name);
  return new Uint8Array(await response.arrayBuffer());
}

describeSpeechBackend({
  name: "webgpu",
  read,
  create: (weights) =>
    createWebGpuBackend(weights, { device, readShader: readBundledShader, weightType: "f32" }),
});
