import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpu = await testGpu();
const RANK = 16;

it.each([
  [
    "one projection",
    { projections: 1, input: 20, rows: 13, otherRows: 0, bRows: 13, width: 16, a: 4, b: 340 },
  ],
  [
    "three that share their input",
    { projections: 3, input: 44, rows: 44, otherRows: 12, bRows: 44, width: 68, a: 0, b: 2816 },
  ],
])("adapter-products gives A x and B^T y of %s", async (_, test) => {
  const { projections, input, rows, otherRows, bRows, width, a, b } = test;
  const columns = 3;
  const adapters = noise(b + projections * bRows * RANK, 1);
  const [x, y] = [noise(columns * input, 2), noise(columns * width, 3)];
  const sizes = uniform(gpu, Uint32Array.of(input / 4, a / 4, b / 4, bRows, rows, otherRows, width));
  const [low, lowGradient] = [1, 2].map(() =>
    upload(gpu, new Float32Array(columns * projections * RANK)),
  ) as [GPUBuffer, GPUBuffer];
  const buffers = [sizes, upload(gpu, adapters), upload(gpu, x), upload(gpu, y), low, lowGradient];
  runKernel(gpu, await gpu.kernel("adapter-products"), buffers, [projections, columns]);
  const places = Array.from({ length: columns * projections * RANK }, (_value, at) => ({
    column: Math.floor(at / (projections * RANK)),
    projection: Math.floor(at / RANK) % projections,
    r: at % RANK,
  }));
  const expectedLow = places.map(({ column, projection, r }) => {
    let sum = 0;
    for (let k = 0; k < input; k++) {
      sum += adapters[a + (projection * RANK + r) * input + k]! * x[column * input + k]!;
    }
    return sum;
  });
  const expectedGradient = places.map(({ column, projection, r }) => {
    const first = projection === 0 ? 0 : rows + (projection - 1) * otherRows;
    let sum = 0;
    for (let row = 0; row < (projection === 0 ? rows : otherRows); row++) {
      sum += adapters[b + (projection * bRows + row) * RANK + r]! * y[column * width + first + row]!;
    }
    return sum;
  });
  expect(largestDifference(await download(gpu, low), expectedLow)).toBeLessThan(1e-4);
  expect(largestDifference(await download(gpu, lowGradient), expectedGradient)).toBeLessThan(1e-4);
});
