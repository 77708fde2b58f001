/**
 * A GPUDevice in Node: Dawn on the Vulkan driver of the machine, or on Chromium's SwiftShader where none is named.
 * There is no skipping: a machine without an adapter fails these tests.
 */
import { afterAll } from "vitest";
import { requestNodeGpu } from "../../runtime/node/node-gpu.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { createGpu, type Gpu } from "../../runtime/webgpu/gpu.ts";

process.env["VK_ICD_FILENAMES"] ??= "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Kernels do not read workgroup memory they have not written; clearing it makes SwiftShader compile 20 times longer. */
const FLAGS = ["enable-dawn-features=disable_workgroup_init"];

export async function requestDevice(): Promise<GPUDevice> {
  return (await requestNodeGpu(FLAGS)).device;
}

/** A Gpu for one test file; validation errors of its device fail the file. */
export async function testGpu(): Promise<Gpu> {
  const device = await requestDevice();
  const errors: string[] = [];
  device.addEventListener("uncapturederror", ({ error }) => errors.push(error.message));
  afterAll(() => {
    device.destroy();
    if (errors.length > 0) throw new Error(errors.join("\n"));
  });
  return createGpu(device, readShader);
}
