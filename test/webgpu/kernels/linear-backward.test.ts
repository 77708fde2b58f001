import { describe, expect, it } from "vitest";
import type { WeightType } from "../../../runtime/webgpu/gpu.ts";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, rounded, runKernel, uniform, upload, uploadWeights } from "../run-kernel.ts";

const gpu = await testGpu();
const TILE = 16;

interface Case {
  readonly columns: number;
  readonly input: number;
  readonly output: number;
  readonly weights: WeightType;
  /** Rows of A, behind so many numbers. */
  readonly low?: number;
  readonly a?: number;
  readonly add?: boolean;
}

describe("kernel linear-backward", () => {
  it.each<[string, Case]>([
    ["a matrix", { columns: 5, input: 36, output: 20, weights: "f32" }],
    [
      "f16 weights, two tiles, added to what is there",
      { columns: 19, input: 12, output: 68, weights: "f16", add: true },
    ],
    ["int8 weights", { columns: 6, input: 28, output: 21, weights: "int8" }],
    ["rows that are no multiple of 4", { columns: 3, input: 20, output: 22, weights: "f32" }],
    ["an adapter", { columns: 17, input: 44, output: 8, weights: "f32", low: 48, a: 12 }],
  ])("is W^T y with %s", async (_, test) => {
    const { columns, input, output, weights, low = 0, a = 0, add = false } = test;
    const width = Math.ceil(output / 4) * 4;
    const padded = Math.ceil(columns / TILE) * TILE;
    const matrix = rounded(noise(output * input, 1), weights, input);
    const y = noise(padded * width, 2).map((value, at) => (at % width < output ? value : 0));
    const adapters = noise(a + low * input + 4, 3);
    const lowGradient = noise(padded * low + 4, 4);
    const before = noise(padded * input, 5);
    const kernel = await gpu.kernel("linear-backward", {
      weights,
      sizes: { COLUMNS: TILE },
    });
    const x = upload(gpu, before);
    const buffers = [
      uniform(gpu, Uint32Array.of(input / 4, output, low, a / 4, Number(add))),
      uploadWeights(gpu, matrix, weights, input),
      upload(gpu, y),
      upload(gpu, adapters),
      upload(gpu, lowGradient),
      x,
    ];
    runKernel(gpu, kernel, buffers, [Math.ceil(input / 32), padded / TILE]);
    const expected = Array.from({ length: columns * input }, (_value, at) => {
      const [c, k] = [Math.floor(at / input), at % input];
      let sum = add ? before[at]! : 0;
      for (let row = 0; row < output; row++) sum += matrix[row * input + k]! * y[c * width + row]!;
      for (let r = 0; r < low; r++) sum += adapters[a + r * input + k]! * lowGradient[c * low + r]!;
      return sum;
    });
    expect(largestDifference(await download(gpu, x, columns * input), expected)).toBeLessThan(1e-4);
  });
});
