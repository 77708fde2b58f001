import { describe, expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpus } from "../dawn.ts";
import { numericGradient, weighted } from "../numeric-gradient.ts";
import { download, noise, runKernel, upload } from "../run-kernel.ts";

const gpus = await testGpus();
const EPSILON = 1e-5;
const COLUMNS = 3;

function normed(x: ArrayLike<number>, norm: ArrayLike<number>): Float64Array {
  const dim = norm.length;
  const result = new Float64Array(x.length);
  for (let first = 0; first < x.length; first += dim) {
    let squares = 0;
    for (let d = 0; d < dim; d++) squares += x[first + d]! ** 2;
    const scale = 1 / Math.sqrt(squares / dim + EPSILON);
    for (let d = 0; d < dim; d++) result[first + d] = x[first + d]! * scale * norm[d]!;
  }
  return result;
}

describe.each(gpus)("%s", (_device, gpu) => {
  describe.each([12, 300])("RMS norm of %i numbers", (dim) => {
    const [x, norm, slopes] = [noise(COLUMNS * dim, 1), noise(dim, 2), noise(COLUMNS * dim, 3)];
    const constants = { DIM4: dim / 4, EPSILON };
    const includes = ["workgroup-sum"];

    it("rms-norm is x over its rms, times the weight", async () => {
      const result = upload(gpu, new Float32Array(x.length));
      const kernel = await gpu.kernel("rms-norm", { includes, constants });
      runKernel(gpu, kernel, [upload(gpu, x), upload(gpu, norm), result], [COLUMNS]);
      expect(largestDifference(await download(gpu, result), normed(x, norm))).toBeLessThan(1e-5);
    });

    it.each([0, 1])("rms-norm-backward gives the gradient, added to what is there: %i", async (ADD) => {
      const before = noise(x.length, 4);
      const result = upload(gpu, before);
      const kernel = await gpu.kernel("rms-norm-backward", { includes, constants: { ...constants, ADD } });
      const buffers = [upload(gpu, x), upload(gpu, norm), upload(gpu, slopes), result];
      runKernel(gpu, kernel, buffers, [COLUMNS]);
      const expected = Array.from({ length: COLUMNS }, (_, column) => {
        const part = (all: Float32Array) => all.subarray(column * dim, (column + 1) * dim);
        return [...numericGradient((value) => weighted(normed(value, norm), part(slopes)), part(x))];
      }).flat();
      const all = expected.map((value, at) => value + ADD * before[at]!);
      expect(largestDifference(await download(gpu, result), all)).toBeLessThan(1e-5);
    });
  });
});
