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
const RANK = 16;
const SLOTS = 3;

interface Case {
  readonly dim: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly capacity: number;
  readonly tile: number;
  readonly weights: WeightType;
  /** Slot, position and adapter rank of every column. */
  readonly columns: readonly (readonly [slot: number, position: number, rank: number])[];
}

function tensorsOf({ dim, heads, kvHeads, capacity, weights, columns }: Case) {
  const headDim = dim / heads;
  const matrix = noise((heads + 2 * kvHeads) * headDim * dim, 1);
  return {
    matrix: rounded(matrix, weights, dim),
    x: noise(columns.length * dim, 2),
    norm: noise(dim, 3),
    rotation: noise(capacity * headDim, 4),
    adapters: noise(SLOTS * 8 * RANK * dim, 5),
    query: noise(columns.length * dim, 6),
  };
}

/** Plain loops: [column][query, key, value rows] before anything is put in its place. */
function projected({ dim, heads, kvHeads, columns }: Case, t: ReturnType<typeof tensorsOf>): number[][] {
  const headDim = dim / heads;
  const rows = [heads, kvHeads, kvHeads].flatMap((count, part) =>
    Array.from({ length: count * headDim }, (_, row) => ({ part, row })),
  );
  return columns.map(([slot, position, rank], c) => {
    const x = t.x.subarray(c * dim, (c + 1) * dim);
    const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / dim + EPSILON);
    const h = Array.from(x, (value, k) => value * scale * t.norm[k]!);
    const dot = (matrix: Float32Array, first: number) =>
      h.reduce((sum, value, k) => sum + value * matrix[first + k]!, 0);
    const adapter = slot * 8 * RANK * dim;
    const all = rows.map(({ part, row }, index) => {
      let sum = dot(t.matrix, index * dim);
      for (let r = 0; r < rank; r++) {
        const b = t.adapters[adapter + (4 + part) * RANK * dim + row * RANK + r]!;
        sum += b * dot(t.adapters, adapter + (part * RANK + r) * dim);
      }
      return sum;
    });
    return all.map((value, index) => {
      const [d, half] = [index % headDim, headDim / 2];
      if (rows[index]!.part === 2) return value;
      const cosine = t.rotation[position * headDim + (d % half)]!;
      const sine = t.rotation[position * headDim + half + (d % half)]!;
      return d < half
        ? value * cosine - all[index + half]! * sine
        : value * cosine + all[index - half]! * sine;
    });
  });
}

describe("kernel query-key-value", () => {
  it.each<[string, Case]>([
    [
      "one column",
      { dim: 24, heads: 3, kvHeads: 3, capacity: 5, tile: 1, weights: "f32", columns: [[1, 4, 0]] },
    ],
    [
      "grouped queries, adapters, idle columns, two tiles",
      {
        dim: 80,
        heads: 5,
        kvHeads: 1,
        capacity: 7,
        tile: 4,
        weights: "f32",
        columns: [
          [1, 4, 8],
          [NO_SLOT, 0, 0],
          [0, 6, 16],
          [2, 0, 0],
          [1, 5, 8],
        ],
      },
    ],
    [
      "int8 weights, grouped queries",
      {
        dim: 48,
        heads: 3,
        kvHeads: 1,
        capacity: 9,
        tile: 2,
        weights: "int8",
        columns: [
          [2, 3, 8],
          [0, 8, 0],
          [1, 2, 0],
        ],
      },
    ],
    [
      "f16 weights",
      {
        dim: 48,
        heads: 2,
        kvHeads: 2,
        capacity: 9,
        tile: 2,
        weights: "f16",
        columns: [
          [2, 3, 0],
          [0, 8, 0],
        ],
      },
    ],
  ])("gives queries and keeps keys and values: %s", async (_, test) => {
    const { dim, heads, kvHeads, capacity, tile, weights, columns } = test;
    const headDim = dim / heads;
    const t = tensorsOf(test);
    const kernel = await gpu.kernel("query-key-value", {
      weights,
      includes: ["column", "columns", "low-rank"],
      sizes: { COLUMNS: tile },
      constants: {
        INPUT4: dim / 4,
        HEADS: heads,
        KV_HEADS: kvHeads,
        HEAD4: headDim / 4,
        CAPACITY: capacity,
        EPSILON,
        ADAPTER4: 2 * RANK * dim,
      },
    });
    const tiles = Math.ceil(columns.length / tile);
    const places = columns.map(([slot, position, rank]) => [slot, position, position + 1, rank]);
    const query = upload(gpu, t.query);
    const cacheSize = SLOTS * 2 * kvHeads * capacity * headDim;
    const cache = upload(gpu, new Float32Array(cacheSize));
    const buffers = [
      uploadColumns(gpu, places),
      upload(gpu, t.adapters),
      upload(gpu, t.x),
      uploadWeights(gpu, t.matrix, weights, dim),
      upload(gpu, t.norm),
      upload(gpu, t.rotation),
      query,
      cache,
    ];
    runKernel(gpu, kernel, buffers, [((heads + 2 * kvHeads) * headDim) / 8, tiles]);

    const [queries, kept] = [t.query.slice(), new Float32Array(cacheSize)];
    projected(test, t).forEach((rows, c) => {
      const [slot, position] = columns[c]!;
      if (slot === NO_SLOT) return;
      queries.set(rows.slice(0, dim), c * dim);
      for (let at = 0; at < 2 * kvHeads * headDim; at++) {
        const [kindAndHead, d] = [Math.floor(at / headDim), at % headDim];
        const isKey = kindAndHead < kvHeads;
        const place = isKey
          ? (Math.floor(d / 4) * capacity + position) * 4 + (d % 4)
          : position * headDim + d;
        kept[(slot * 2 * kvHeads + kindAndHead) * capacity * headDim + place] = rows[dim + at]!;
      }
    });
    expect(largestDifference(await download(gpu, query), queries)).toBeLessThan(2e-4);
    expect(largestDifference(await download(gpu, cache), kept)).toBeLessThan(2e-4);
  });
});
