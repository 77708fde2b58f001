import { describe, expect, it } from "vitest";
import type { WeightType } from "../../../runtime/webgpu/gpu.ts";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { numericGradient } from "../numeric-gradient.ts";
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
const [EPSILON, TILE] = [1e-5, 16];

describe("kernel gate-up-backward", () => {
  it.each<[columns: number, input: number, output: number, weights: WeightType]>([
    [4, 20, 13, "f16"],
    [3, 28, 9, "int8"],
    [18, 36, 11, "f32"],
  ])(
    "is the gradient of SwiGLU for %i columns, %i numbers to %i, in %s",
    async (columns, input, output, weights) => {
      const padded = Math.ceil(columns / TILE) * TILE;
      const [x, norm, slopes] = [noise(padded * input, 1), noise(input, 2), noise(padded * output, 3)];
      const stored = (seed: number) => {
        const matrix = noise(output * input, seed).map((value) => value / 2);
        return rounded(matrix, weights, input);
      };
      const [gate, up] = [stored(4), stored(5)];
      const kernel = await gpu.kernel("gate-up-backward", {
        weights,
        includes: ["column", "columns", "gate-up-rows"],
        sizes: { COLUMNS: TILE },
        constants: { INPUT4: input / 4, OUTPUT: output, EPSILON },
      });
      const places = Array.from({ length: padded }, (_, c) => [c < columns - 1 ? 0 : NO_SLOT, 0, 0, 0]);
      const before = noise(padded * output, 6);
      const results = [upload(gpu, before), upload(gpu, before)] as const;
      const buffers = [
        uploadColumns(gpu, places),
        upload(gpu, x),
        upload(gpu, norm),
        uploadWeights(gpu, gate, weights, input),
        uploadWeights(gpu, up, weights, input),
        upload(gpu, slopes),
        ...results,
      ];
      runKernel(gpu, kernel, buffers, [Math.ceil(output / 8), padded / TILE]);
      const expected = Array.from({ length: columns * output }, (_, at) => {
        const [c, row] = [Math.floor(at / output), at % output];
        if (c === columns - 1) return [before[at]!, before[at]!];
        let [squares, gated, upped] = [0, 0, 0];
        for (let k = 0; k < input; k++) {
          const value = x[c * input + k]!;
          squares += value * value;
          gated += gate[row * input + k]! * value * norm[k]!;
          upped += up[row * input + k]! * value * norm[k]!;
        }
        const scale = 1 / Math.sqrt(squares / input + EPSILON);
        return numericGradient(
          ([g = NaN, u = NaN]) => slopes[at]! * (g / (1 + Math.exp(-g))) * u,
          [gated * scale, upped * scale],
        );
      });
      for (const [index, result] of results.entries()) {
        const wanted = expected.map((pair) => pair[index]!);
        expect(largestDifference(await download(gpu, result, columns * output), wanted)).toBeLessThan(1e-4);
      }
    },
  );
});
