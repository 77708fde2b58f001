import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpu = await testGpu();

it("log-mel gives half the distance of each logarithm from the mean of all", async () => {
  const count = 7 * 79;
  const bands = noise(count, 1).map((value, index) => (index % 11 === 0 ? 0 : value * value));
  const result = upload(gpu, new Float32Array(count));
  const buffers = [uniform(gpu, Uint32Array.of(count)), upload(gpu, bands), result];
  runKernel(gpu, await gpu.kernel("log-mel"), buffers, [1]);
  const logs = Array.from(bands, (value) => Math.log(Math.max(value, 1e-4)));
  const mean = logs.reduce((sum, value) => sum + value, 0) / count;
  const expected = logs.map((value) => (value - mean) / 2);
  expect(largestDifference(await download(gpu, result), expected)).toBeLessThan(1e-5);
});
