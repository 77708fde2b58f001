import { afterEach, expect, it, vi } from "vitest";
import { testGpu } from "./dawn.ts";
import { relativeError } from "./numeric-gradient.ts";
import { adapterOf, ADAPTER_PARTS, GROUPED, lineOf, trainerOf } from "./trainer-rig.ts";

const bound = vi.hoisted(() => ({ flops: 1e9, bytes: 1e9 }));
vi.mock("../../runtime/webgpu/slices.ts", async (original) => ({
  ...(await original<typeof import("../../runtime/webgpu/slices.ts")>()),
  get SLICE_FLOPS() {
    return bound.flops;
  },
  get SLICE_BYTES() {
    return bound.bytes;
  },
}));

const gpu = await testGpu();
afterEach(() => void vi.restoreAllMocks());

it("gives the same gradient however the columns of a line are cut into dispatches", async () => {
  const { manifest, trainer } = await trainerOf(gpu, GROUPED, true, "f32");
  const line = lineOf(manifest, 123, 3); // 130 columns
  const adapter = adapterOf(manifest, 8);
  const dispatched = vi.spyOn(GPUComputePassEncoder.prototype, "dispatchWorkgroups");
  const whole = await trainer.adapterGradient(line, adapter);
  const dispatchesOfWhole = dispatched.mock.calls.length;
  bound.flops = 1;
  const cut = await trainer.adapterGradient(line, adapter);
  const { layers } = manifest.languageModel;
  // 5 kernels of a layer and the head on the way there, the head and 8 of a layer on the way back
  const cutKernels = 5 * layers + 1 + 1 + 8 * layers;
  // In tiles of 16 columns; rows of 27 outputs begin at an allowed offset only every 64 columns.
  const [more, moreOfPredict] = [Math.ceil(130 / 16) - 1, Math.ceil(130 / 64) - 1];
  const expected = more * (cutKernels - 1) + moreOfPredict;
  expect(dispatched.mock.calls.length - 2 * dispatchesOfWhole).toBe(expected);
  expect(cut.kl).toBeCloseTo(whole.kl, 6);
  for (const part of ADAPTER_PARTS) {
    expect(relativeError(cut.gradient[part], whole.gradient[part]), part).toBeLessThan(1e-6);
  }
  expect(relativeError(cut.conditioningGradient, whole.conditioningGradient)).toBeLessThan(1e-6);
});
