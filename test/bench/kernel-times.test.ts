import { expect, it } from "vitest";
import { testGpu } from "../webgpu/dawn.ts";
import { download, noise, runDispatches, upload } from "../webgpu/run-kernel.ts";
import { timeKernels } from "./kernel-times.ts";

const gpu = await testGpu(["timestamp-query"]);

it("times every dispatch by the name of its kernel, and leaves passes as they were", async () => {
  const [copy, norm] = await Promise.all([
    gpu.kernel("copy", { constants: { WIDTH4: 2 } }),
    gpu.kernel("rms-norm", { includes: ["workgroup-sum"], constants: { DIM4: 2, EPSILON: 0 } }),
  ]);
  const [source, weight] = [upload(gpu, noise(8, 1)), upload(gpu, new Float32Array(8).fill(1))];
  const [copied, normed] = [gpu.buffer("copied", 32), gpu.buffer("normed", 32)];
  const dispatch = (kernel: typeof copy, buffers: readonly GPUBuffer[]) => ({
    label: kernel.name,
    kernel,
    bindings: gpu.bind(kernel, buffers),
    workgroups: [1, 1, 1] as const,
    flops: 0,
    bytes: 0,
  });
  const first = dispatch(copy, [source, copied]);
  const dispatches = [first, dispatch(norm, [copied, weight, normed]), first];
  const begin = GPUCommandEncoder.prototype.beginComputePass;
  const times = await timeKernels(gpu.device, async () => runDispatches(gpu, dispatches));
  expect(GPUCommandEncoder.prototype.beginComputePass).toBe(begin);
  expect(new Map(times.map(({ kernel, ms }) => [kernel, ms.length]))).toEqual(
    new Map([
      ["copy", 2],
      ["rms-norm", 1],
    ]),
  );
  expect(times.flatMap(({ ms }) => ms).every((each) => each >= 0 && each < Infinity)).toBe(true);
  expect(await download(gpu, copied)).toEqual(noise(8, 1));
});

it("gives passes back when the work fails", async () => {
  const begin = GPUCommandEncoder.prototype.beginComputePass;
  const failing = timeKernels(gpu.device, () => Promise.reject(new Error("stopped")));
  await expect(failing).rejects.toThrow("stopped");
  expect(GPUCommandEncoder.prototype.beginComputePass).toBe(begin);
});
