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
const RANK = 16;

interface Case {
  readonly columns: number;
  readonly tile: number;
  readonly input: number;
  readonly output: number;
  readonly weights: WeightType;
  readonly norm?: boolean;
  readonly bias?: boolean;
  readonly silu?: boolean;
  readonly residual?: boolean;
  /** Of the adapters of the columns' slots. */
  readonly ranks?: readonly number[];
}

function tensorsOf({ columns, input, output, ranks, weights }: Case) {
  const matrix = noise(output * input, 1);
  return {
    x: noise(columns * input, 2),
    matrix: rounded(matrix, weights, input),
    norm: noise(input, 3),
    bias: noise(output, 4),
    y: noise(columns * output, 5),
    a: (ranks ?? []).map((rank, slot) => noise(rank * input, 6 + slot)),
    b: (ranks ?? []).map((rank, slot) => noise(output * rank, 16 + slot)),
  };
}

type Tensors = ReturnType<typeof tensorsOf>;

const EPSILON = 1e-5;
const sumOver = (count: number, term: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => term(index)).reduce((sum, each) => sum + each, 0);

/** Plain loops; column c belongs to slot c, and the last column is idle. */
function expected(test: Case, t: Tensors): number[] {
  const { columns, input, output, ranks } = test;
  return Array.from({ length: columns * output }, (_, at) => {
    const [c, row] = [Math.floor(at / output), at % output];
    if (c === columns - 1) return t.y[at]!;
    const x = (k: number) => t.x[c * input + k]!;
    const scale = test.norm ? 1 / Math.sqrt(sumOver(input, (k) => x(k) ** 2) / input + EPSILON) : 1;
    const h = (k: number) => x(k) * scale * (test.norm ? t.norm[k]! : 1);
    const rank = ranks?.[c] ?? 0;
    const low = (r: number) => sumOver(input, (k) => t.a[c]![r * input + k]! * h(k));
    let sum = sumOver(input, (k) => t.matrix[row * input + k]! * h(k));
    sum += sumOver(rank, (r) => t.b[c]![row * rank + r]! * low(r));
    if (test.bias) sum += t.bias[row]!;
    if (test.silu) sum /= 1 + Math.exp(-sum);
    return test.residual ? sum + t.y[at]! : sum;
  });
}

/** [slots][A [RANK, input], B [output, RANK]] */
function packAdapters({ input, output, ranks = [] }: Case, { a, b }: Tensors): Float32Array {
  const stride = RANK * (input + output);
  const packed = new Float32Array(Math.max(1, ranks.length) * stride);
  ranks.forEach((rank, slot) => {
    packed.set(a[slot]!, slot * stride);
    for (let row = 0; row < output; row++) {
      packed.set(b[slot]!.subarray(row * rank, (row + 1) * rank), slot * stride + RANK * input + row * RANK);
    }
  });
  return packed;
}

async function run(test: Case, t: Tensors): Promise<Float32Array> {
  const { columns, tile, input, output, ranks } = test;
  const kernel = await gpu.kernel("linear", {
    weights: test.weights,
    includes: ["column", "columns", "low-rank"],
    sizes: { COLUMNS: tile },
    constants: {
      INPUT4: input / 4,
      OUTPUT: output,
      NORM: Number(test.norm ?? false),
      EPSILON,
      BIAS: Number(test.bias ?? false),
      SILU: Number(test.silu ?? false),
      RESIDUAL: Number(test.residual ?? false),
      ADAPTED_ROWS: ranks === undefined ? 0 : output,
      ADAPTER4: (RANK * (input + output)) / 4,
      B4: (RANK * input) / 4,
    },
  });
  const places = Array.from({ length: Math.ceil(columns / tile) * tile }, (_, c) => [
    c < columns - 1 ? c : NO_SLOT,
    0,
    0,
    Math.ceil((ranks?.[c] ?? 0) / 8) * 8,
  ]);
  const y = upload(gpu, t.y);
  const buffers = [
    uploadColumns(gpu, places),
    upload(gpu, packAdapters(test, t)),
    upload(gpu, t.x),
    uploadWeights(gpu, t.matrix, test.weights, input),
    upload(gpu, t.norm),
    upload(gpu, t.bias),
    y,
  ];
  runKernel(gpu, kernel, buffers, [Math.ceil(output / 8), Math.ceil(columns / tile)]);
  return download(gpu, y, t.y.length);
}

describe("kernel linear", () => {
  it.each<[string, Case]>([
    ["one column", { columns: 2, tile: 1, input: 12, output: 5, weights: "f32" }],
    ["f16 weights", { columns: 3, tile: 2, input: 100, output: 9, weights: "f16", bias: true }],
    ["int8 weights", { columns: 3, tile: 2, input: 100, output: 9, weights: "int8", bias: true }],
    [
      "int8 weights and adapters",
      { columns: 5, tile: 4, input: 20, output: 11, weights: "int8", norm: true, ranks: [3, 0, 16, 9, 1] },
    ],
    ["norm and bias", { columns: 5, tile: 4, input: 36, output: 17, weights: "f32", norm: true, bias: true }],
    ["SiLU", { columns: 2, tile: 1, input: 44, output: 3, weights: "f32", bias: true, silu: true }],
    ["two tiles, residual", { columns: 11, tile: 8, input: 68, output: 23, weights: "f16", residual: true }],
    ["a tile of 16", { columns: 19, tile: 16, input: 20, output: 8, weights: "f32", norm: true }],
    [
      "adapters of other ranks, and none",
      { columns: 5, tile: 4, input: 28, output: 13, weights: "f32", norm: true, ranks: [3, 0, 16, 9, 1] },
    ],
  ])("is W x with %s", async (_, test) => {
    const tensors = tensorsOf(test);
    expect(largestDifference(await run(test, tensors), expected(test, tensors))).toBeLessThan(1e-4);
  });
});
