import { describe, expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpus } from "../dawn.ts";
import { download, NO_SLOT, noise, runKernel, upload, uploadColumns } from "../run-kernel.ts";

const gpus = await testGpus();

interface Case {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly capacity: number;
  /** Slot and span of every column. */
  readonly columns: readonly (readonly [slot: number, span: number])[];
}

const SLOTS = 3;
const IDLE = [NO_SLOT, 5] as const;

function tensorsOf({ heads, kvHeads, headDim, capacity, columns }: Case) {
  return {
    query: noise(columns.length * heads * headDim, 2),
    cache: noise(SLOTS * 2 * kvHeads * capacity * headDim, 1),
    mixed: noise(columns.length * heads * headDim, 3),
  };
}

/** Plain loops over the layout of shaders/attention.wgsl. */
function expected(
  { heads, kvHeads, headDim, capacity, columns }: Case,
  t: ReturnType<typeof tensorsOf>,
): number[] {
  return columns.flatMap(([slot, span], c) =>
    Array.from({ length: heads * headDim }, (_, at) => {
      if (slot === NO_SLOT) return t.mixed[c * heads * headDim + at]!;
      const head = Math.floor(at / headDim);
      const kvHead = Math.floor(head / (heads / kvHeads));
      const start = (kind: number) => ((slot * 2 + kind) * kvHeads + kvHead) * capacity * headDim;
      const key = (position: number, d: number) =>
        t.cache[start(0) + Math.floor(d / 4) * capacity * 4 + position * 4 + (d % 4)]!;
      const value = (position: number) => t.cache[start(1) + position * headDim + (at % headDim)]!;
      const scores = Array.from({ length: span }, (_score, position) => {
        let score = 0;
        for (let d = 0; d < headDim; d++) {
          score += t.query[(c * heads + head) * headDim + d]! * key(position, d);
        }
        return Math.exp(score / Math.sqrt(headDim));
      });
      const total = scores.reduce((sum, each) => sum + each, 0);
      return scores.reduce((sum, each, position) => sum + (each / total) * value(position), 0);
    }),
  );
}

describe.each(gpus)("%s", (_device, gpu) => {
  describe("kernel attention", () => {
    it.each<[string, Case]>([
      [
        "a head of its own for every query",
        { heads: 3, kvHeads: 3, headDim: 8, capacity: 21, columns: [[1, 1], IDLE, [2, 21]] },
      ],
      [
        "grouped queries, more positions than threads",
        {
          heads: 6,
          kvHeads: 2,
          headDim: 40,
          capacity: 203,

          columns: [
            [2, 203],
            [0, 65],
          ],
        },
      ],
      [
        "one key and value for all queries",
        {
          heads: 2,
          kvHeads: 1,
          headDim: 72,
          capacity: 131,
          columns: [[0, 130], IDLE, [1, 64]],
        },
      ],
    ])("mixes values with %s", async (_, test) => {
      const { heads, kvHeads, headDim, capacity, columns } = test;
      const tensors = tensorsOf(test);
      const constants = { HEADS: heads, KV_HEADS: kvHeads, HEAD4: headDim / 4 };
      const kernel = await gpu.kernel("attention", {
        includes: ["column", "workgroup-sum", "workgroup-maximum", "attention-weights"],
        sizes: { CAPACITY: capacity },
        constants,
      });
      const places = columns.map(([slot, span]) => [slot, 0, span, 0]);
      const mixed = upload(gpu, tensors.mixed);
      const cache = upload(gpu, tensors.cache);
      runKernel(
        gpu,
        kernel,
        [uploadColumns(gpu, places), upload(gpu, tensors.query), cache, mixed],
        [heads, columns.length],
      );
      expect(largestDifference(await download(gpu, mixed), expected(test, tensors))).toBeLessThan(1e-5);
    });
  });
});
