/**
 * A GPUDevice in Node: Dawn on the Vulkan driver of the machine, or on Chromium's SwiftShader where none is named.
 * There is no skipping: a machine without an adapter fails these tests.
 */
import { afterAll } from "vitest";
import { BackendError } from "../../runtime/errors.ts";
import { requestNodeGpu } from "../../runtime/node/node-gpu.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { createGpu, type Gpu } from "../../runtime/webgpu/gpu.ts";

process.env["VK_ICD_FILENAMES"] ??= "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Kernels do not read workgroup memory they have not written; clearing it makes SwiftShader compile 20 times longer. */
const FLAGS = ["enable-dawn-features=disable_workgroup_init"];

export async function requestDevice(features?: readonly GPUFeatureName[]): Promise<GPUDevice> {
  return (await requestNodeGpu(FLAGS, features)).device;
}

/** For kernels that use subgroups where there are any. @throws BackendError where there are none */
export async function testGpus(): Promise<readonly (readonly [string, Gpu])[]> {
  const [withSubgroups, without] = [await testGpu(), await testGpu([])];
  if (withSubgroups.device.features.has("subgroups")) {
    return [
      ["with subgroups", withSubgroups],
      ["without subgroups", without],
    ];
  }
  throw new BackendError("This adapter has no subgroups; kernels that use them cannot be tested on it.");
}

/** A Gpu for one test file; validation errors of its device fail the file. */
export async function testGpu(features?: readonly GPUFeatureName[]): Promise<Gpu> {
  const device = await requestDevice(features);
  const errors: string[] = [];
  device.addEventListener("uncapturederror", ({ error }) => errors.push(error.message));
  afterAll(() => {
    device.destroy();
    if (errors.length > 0) throw new Error(errors.join("\n"));
  });
  return createGpu(device, readShader);
}
