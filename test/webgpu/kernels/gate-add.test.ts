import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpu = await testGpu();
const [ROWS, CHANNELS] = [9, 15];

it("gate-add adds a change that is gated by channel", async () => {
  const count = ROWS * CHANNELS;
  const [source, change, gate] = [noise(count, 1), noise(count, 2), noise(CHANNELS, 3)];
  const result = upload(gpu, new Float32Array(count));
  const inputs = [source, change, gate].map((each) => upload(gpu, each));
  const buffers = [uniform(gpu, Uint32Array.of(CHANNELS, count)), ...inputs, result];
  runKernel(gpu, await gpu.kernel("gate-add"), buffers, [Math.ceil(count / 64)]);
  const expected = source.map((value, at) => value + change[at]! * gate[at % CHANNELS]!);
  expect(largestDifference(await download(gpu, result), expected)).toBeLessThan(1e-6);
});
