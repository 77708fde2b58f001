import { describe, expect, it } from "vitest";
import type { Gpu } from "../../../runtime/webgpu/gpu.ts";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpus } from "../dawn.ts";
import { numericGradient, weighted } from "../numeric-gradient.ts";
import { download, NO_SLOT, noise, runKernel, uniform, upload, uploadColumns } from "../run-kernel.ts";

const gpus = await testGpus();

/** Numbers of queries, keys and values whose gradients are checked. */
const SAMPLES = 25;

interface Case {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly columns: number;
  /** Positions all columns see. */
  readonly seen: number;
  readonly capacity: number;
}

const spanOf = (column: number, { seen }: Case) => Math.max(column + 1, seen);

/** [columns, heads, headDim] turned by the angles `position` * 0.3 ** pair, halves paired. */
function rotated(x: Float64Array, heads: number, headDim: number): Float64Array {
  const half = headDim / 2;
  return x.map((value, at) => {
    const d = at % headDim;
    const angle = Math.floor(at / (heads * headDim)) * 0.3 ** (d % half);
    const partner = x[d < half ? at + half : at - half]!;
    return value * Math.cos(angle) + (d < half ? -partner : partner) * Math.sin(angle);
  });
}

/** Plain loops: queries and keys before rotation, values -> what is mixed. */
function attended(test: Case, query: Float64Array, key: Float64Array, value: Float64Array): Float64Array {
  const { heads, kvHeads, headDim } = test;
  const [q, k] = [rotated(query, heads, headDim), rotated(key, kvHeads, headDim)];
  const mixed = new Float64Array(q.length);
  for (let at = 0; at < q.length; at += headDim) {
    const [column, head] = [Math.floor(at / (heads * headDim)), (at / headDim) % heads];
    const kvHead = Math.floor(head / (heads / kvHeads));
    const rowOf = (position: number) => (position * kvHeads + kvHead) * headDim;
    const weights = Array.from({ length: spanOf(column, test) }, (_, position) => {
      const row = rowOf(position);
      return Math.exp(
        weighted(q.subarray(at, at + headDim), k.subarray(row, row + headDim)) / Math.sqrt(headDim),
      );
    });
    const total = weights.reduce((sum, each) => sum + each, 0);
    for (let d = 0; d < headDim; d++) {
      weights.forEach(
        (weight, position) => (mixed[at + d]! += (weight / total) * value[rowOf(position) + d]!),
      );
    }
  }
  return mixed;
}

/** shaders/attention-weights.wgsl */
function cacheOf(
  { kvHeads, headDim, columns, capacity }: Case,
  key: Float64Array,
  value: Float64Array,
): Float32Array {
  const cache = new Float32Array(2 * kvHeads * capacity * headDim);
  for (let position = 0; position < columns; position++)
    for (let head = 0; head < kvHeads; head++)
      for (let d = 0; d < headDim; d++) {
        const from = (position * kvHeads + head) * headDim + d;
        const start = head * capacity * headDim;
        cache[start + (Math.floor(d / 4) * capacity + position) * 4 + (d % 4)] = key[from]!;
        cache[start + kvHeads * capacity * headDim + position * headDim + d] = value[from]!;
      }
  return cache;
}

function rotationOf({ headDim, columns }: Case): Float32Array {
  const half = headDim / 2;
  return Float32Array.from({ length: columns * headDim }, (_, at) => {
    const angle = Math.floor(at / headDim) * 0.3 ** (at % half);
    return at % headDim < half ? Math.cos(angle) : Math.sin(angle);
  });
}

async function run(gpu: Gpu, test: Case, given: Record<"query" | "key" | "value" | "slopes", Float64Array>) {
  const { heads, kvHeads, headDim, columns, seen, capacity } = test;
  const { query, key, value, slopes } = given;
  const width = (heads + 2 * kvHeads) * headDim;
  const options = {
    sizes: { CAPACITY: capacity },
    constants: { HEADS: heads, KV_HEADS: kvHeads, HEAD4: headDim / 4 },
  };
  const shared = ["column", "workgroup-sum", "workgroup-maximum", "attention-weights", "head-gradient"];
  const places = Array.from({ length: columns }, (_, column) => [0, column, spanOf(column, test), 0]);
  const floats = (data: Float64Array) => upload(gpu, Float32Array.from(data));
  const [turned, cache] = [
    floats(rotated(query, heads, headDim)),
    upload(gpu, cacheOf(test, rotated(key, kvHeads, headDim), value)),
  ];
  const columnsBuffer = uploadColumns(gpu, [...places, [NO_SLOT, 0, 0, 0]]);
  const statistics = upload(gpu, new Float32Array(columns * heads * 2));
  const gradient = upload(gpu, new Float32Array((columns + 1) * width));
  const mixed = floats(attended(test, query, key, value));
  const [rotation, mixedGradient] = [upload(gpu, rotationOf(test)), floats(slopes)];
  const ofQuery = await gpu.kernel("attention-query-backward", { includes: shared, ...options });
  const buffers = [columnsBuffer, turned, cache, rotation, mixed, mixedGradient, statistics, gradient];
  runKernel(gpu, ofQuery, buffers, [heads, columns + 1]);
  const ofKeyValue = await gpu.kernel("attention-key-value-backward", {
    includes: ["line", ...shared],
    ...options,
  });
  const line = uniform(gpu, Uint32Array.of(seen, columns, seen, 0));
  const others = [columnsBuffer, line, turned, cache, rotation, mixedGradient, statistics, gradient];
  runKernel(gpu, ofKeyValue, others, [kvHeads, columns + 1]);
  return download(gpu, gradient);
}

describe.each(gpus)("%s", (_device, gpu) => {
  describe("kernels of the backward pass of attention", () => {
    it.each<[string, Case]>([
      [
        "a head of its own for every query, causal",
        { heads: 2, kvHeads: 2, headDim: 8, columns: 7, seen: 0, capacity: 9 },
      ],
      [
        "grouped queries, a prefix all see",
        { heads: 4, kvHeads: 2, headDim: 16, columns: 9, seen: 5, capacity: 16 },
      ],
      [
        "more columns than threads",
        { heads: 2, kvHeads: 1, headDim: 8, columns: 70, seen: 66, capacity: 70 },
      ],
    ])("give the gradients of queries, keys and values with %s", async (_, test) => {
      const { heads, kvHeads, headDim, columns } = test;
      const make = (count: number, seed: number) => Float64Array.from(noise(columns * count * headDim, seed));
      const [query, key, value, slopes] = [
        make(heads, 1),
        make(kvHeads, 2),
        make(kvHeads, 3),
        make(heads, 4),
      ];
      const given = await run(gpu, test, { query, key, value, slopes });
      const loss = (q: Float64Array, k: Float64Array, v: Float64Array) =>
        weighted(attended(test, q, k, v), slopes);
      const gradientOf = (x: Float64Array, lossOf: (x: Float64Array) => number) => {
        const step = Math.ceil(x.length / SAMPLES) | 1; // odd: meets all places of a head
        return x.map((each, at) =>
          at % step === 0
            ? numericGradient(([changed = NaN]) => lossOf(x.with(at, changed)), [each])[0]!
            : NaN,
        );
      };
      const expected = [
        gradientOf(query, (x) => loss(x, key, value)),
        gradientOf(key, (x) => loss(query, x, value)),
        gradientOf(value, (x) => loss(query, key, x)),
      ];
      const widths = [heads, kvHeads, kvHeads].map((count) => count * headDim);
      const row = widths.reduce((sum, each) => sum + each, 0);
      let first = 0;
      expected.forEach((wanted, index) => {
        const width = widths[index]!;
        const pairs = Array.from(wanted, (each, at) => [
          each,
          given[Math.floor(at / width) * row + first + (at % width)]!,
        ]).filter(([each]) => !Number.isNaN(each));
        expect(pairs.length).toBeGreaterThan(SAMPLES / 2);
        const [numeric, kernel] = [pairs.map(([each]) => each!), pairs.map(([, each]) => each!)];
        expect(largestDifference(kernel, numeric)).toBeLessThan(1e-4);
        first += width;
      });
      expect(given.subarray(columns * row).every((each) => each === 0)).toBe(true); // the idle column
    });
  });
});
