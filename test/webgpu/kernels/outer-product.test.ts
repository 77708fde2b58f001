import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpu = await testGpu();

it.each([1, 37])("outer-product sums parts of the rows of %i columns", async (columns) => {
  const [rows, columns4, leftWidth, leftFirst, rightWidth4, rightFirst4] = [9, 3, 13, 4, 7, 2] as const;
  const [left, right] = [noise((columns + 1) * leftWidth, 1), noise((columns + 1) * rightWidth4 * 4, 2)];
  const before = noise(rows * columns4 * 4 + 4, 3);
  const result = upload(gpu, before);
  const sizes = Uint32Array.of(rows, columns4, leftWidth, leftFirst, rightWidth4, rightFirst4);
  const buffers = [
    uniform(gpu, Uint32Array.of(0, columns, 0, 0)),
    uniform(gpu, sizes),
    upload(gpu, left),
    upload(gpu, right),
    result,
  ];
  const kernel = await gpu.kernel("outer-product", { includes: ["line"] });
  runKernel(gpu, kernel, buffers, [Math.ceil((rows * columns4) / 64)]);
  const expected = Array.from({ length: rows * columns4 * 4 }, (_, at) => {
    const [row, column] = [Math.floor(at / (columns4 * 4)), at % (columns4 * 4)];
    let sum = 0;
    for (let c = 0; c < columns; c++) {
      sum += left[c * leftWidth + leftFirst + row]! * right[(c * rightWidth4 + rightFirst4) * 4 + column]!;
    }
    return sum;
  });
  expect(largestDifference(await download(gpu, result, expected.length), expected)).toBeLessThan(1e-4);
  expect(await download(gpu, result, 4, expected.length)).toEqual(before.slice(-4)); // is left as it was
});
