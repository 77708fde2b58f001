import { describe, expect, it } from "vitest";
import type { WeightType } from "../../../runtime/webgpu/gpu.ts";
import { testGpu } from "../dawn.ts";
import { numericGradient, relativeError, weighted } from "../numeric-gradient.ts";
import { download, noise, rounded, runKernel, upload, uploadWeights } from "../run-kernel.ts";

const gpu = await testGpu();

/** W x, with x as wide as the rows of W. */
function product(matrix: Float32Array, x: ArrayLike<number>): number[] {
  const width = x.length;
  return Array.from({ length: matrix.length / width }, (_, row) =>
    weighted(matrix.subarray(row * width, (row + 1) * width), x),
  );
}

describe("kernel speaker-backward", () => {
  it.each<[input: number, dim: number, weights: WeightType]>([
    [12, 20, "f32"],
    [36, 516, "f16"],
    [8, 28, "int8"],
  ])("is the gradient by %i numbers of a column of %i, in %s", async (input, dim, weights) => {
    const scaled = (count: number, seed: number, width: number) =>
      rounded(
        noise(count, seed).map((value) => value / Math.sqrt(width)),
        weights,
        width,
      );
    const [conditioning, bias, slopes] = [noise(input, 1), noise(dim, 2), noise(3 * dim, 3)];
    const [first, second] = [scaled(dim * input, 4, input), scaled(dim * dim, 5, dim)];
    const kernel = await gpu.kernel("speaker-backward", {
      weights,
      sizes: { INPUT4: input / 4, DIM4: dim / 4 },
    });
    const result = upload(gpu, noise(input, 6));
    const buffers = [
      upload(gpu, conditioning),
      uploadWeights(gpu, first, weights, input),
      uploadWeights(gpu, second, weights, dim),
      upload(gpu, bias),
      upload(gpu, slopes), // those of later columns have no part in it
      result,
    ];
    runKernel(gpu, kernel, buffers, [1]);
    const expected = numericGradient((c) => {
      const sums = product(first, c).map((sum, row) => sum + bias[row]!);
      const hidden = sums.map((sum) => sum / (1 + Math.exp(-sum)));
      return weighted(product(second, hidden), slopes.subarray(0, dim));
    }, conditioning);
    expect(relativeError(await download(gpu, result), expected)).toBeLessThan(1e-4);
  });
});
