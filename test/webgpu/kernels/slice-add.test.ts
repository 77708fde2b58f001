import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpu = await testGpu();
const [ROWS, WIDTH] = [11, 13];

it.each([
  ["copies columns", { pitch: 20, first: 5 }, undefined],
  ["repeats one row", { pitch: 0, first: 3 }, undefined],
  ["adds columns", { pitch: 20, first: 5 }, { pitch: 17, first: 2 }],
])("slice-add %s", async (_what, a, b) => {
  const to = { pitch: 31, first: 7 };
  const [left, right] = [noise(ROWS * 20, 1), noise(ROWS * 17, 2)];
  const result = upload(gpu, new Float32Array(ROWS * to.pitch));
  const slices = [a, b ?? a, to].flatMap(({ pitch, first }) => [pitch, first]);
  const sizes = uniform(gpu, Uint32Array.of(ROWS, WIDTH, ...slices, b ? 1 : 0));
  const buffers = [sizes, upload(gpu, left), upload(gpu, right), result];
  runKernel(gpu, await gpu.kernel("slice-add"), buffers, [Math.ceil((ROWS * WIDTH) / 64)]);
  const expected = new Float32Array(ROWS * to.pitch);
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < WIDTH; column++) {
      const added = b ? right[row * b.pitch + b.first + column]! : 0;
      expected[row * to.pitch + to.first + column] = left[row * a.pitch + a.first + column]! + added;
    }
  }
  expect(largestDifference(await download(gpu, result), expected)).toBeLessThan(1e-6);
});
