import { describe, expect, it } from "vitest";
import type { WeightType } from "../../../runtime/webgpu/gpu.ts";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import {
  download,
  NO_SLOT,
  noise,
  rounded,
  runKernel,
  upload,
  uploadColumns,
  uploadWeights,
} from "../run-kernel.ts";

const gpu = await testGpu();
const EPSILON = 1e-5;

describe("kernel gate-up", () => {
  it.each<[columns: number, tile: number, input: number, output: number, weights: WeightType]>([
    [2, 1, 44, 13, "f32"],
    [7, 4, 20, 9, "f16"],
    [5, 2, 28, 15, "int8"],
    [18, 16, 36, 11, "f32"],
  ])(
    "gates %i columns in tiles of %i, %i numbers to %i, in %s",
    async (columns, tile, input, output, weights) => {
      const [x, norm, y] = [noise(columns * input, 1), noise(input, 2), noise(columns * output, 3)];
      const stored = (seed: number) => rounded(noise(output * input, seed), weights, input);
      const [gate, up] = [stored(4), stored(5)];
      const kernel = await gpu.kernel("gate-up", {
        weights,
        includes: ["column", "columns", "gate-up-rows"],
        sizes: { COLUMNS: tile },
        constants: { INPUT4: input / 4, OUTPUT: output, EPSILON },
      });
      const places = Array.from({ length: Math.ceil(columns / tile) * tile }, (_, c) => [
        c < columns - 1 ? 0 : NO_SLOT,
        0,
        0,
        0,
      ]);
      const result = upload(gpu, y);
      runKernel(
        gpu,
        kernel,
        [
          uploadColumns(gpu, places),
          upload(gpu, x),
          upload(gpu, norm),
          uploadWeights(gpu, gate, weights, input),
          uploadWeights(gpu, up, weights, input),
          result,
        ],
        [Math.ceil(output / 8), Math.ceil(columns / tile)],
      );
      const expected = Array.from({ length: columns * output }, (_, at) => {
        const [c, row] = [Math.floor(at / output), at % output];
        if (c === columns - 1) return y[at]!;
        let [squares, gated, upped] = [0, 0, 0];
        for (let k = 0; k < input; k++) {
          const value = x[c * input + k]!;
          squares += value * value;
          gated += gate[row * input + k]! * value * norm[k]!;
          upped += up[row * input + k]! * value * norm[k]!;
        }
        const scale = 1 / Math.sqrt(squares / input + EPSILON);
        return ((gated * scale) / (1 + Math.exp(-gated * scale))) * upped * scale;
      });
      expect(largestDifference(await download(gpu, result, y.length), expected)).toBeLessThan(1e-4);
    },
  );
});
