import { describe, expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import {
  download,
  NO_SLOT,
  noise,
  rounded,
  runKernel,
  uniform,
  upload,
  uploadWeights,
} from "../run-kernel.ts";

const gpu = await testGpu();
const [SLOTS, CAPACITY, DIM, LATENT_DIM, VOCABULARY] = [3, 7, 20, 12, 9];
const [AGES, WINDOW, WINDOW_BEFORE] = [3, 4, 1];

interface Slot {
  readonly position: number;
  readonly symbols: number;
  readonly pointer: number;
  readonly age: number;
  readonly frames: number;
  readonly ended: number;
  readonly rank: number;
}

const SLOT_STATES: readonly Slot[] = [
  { position: 4, symbols: 4, pointer: 0, age: 0, frames: 0, ended: 0, rank: 0 },
  { position: 6, symbols: 5, pointer: 3, age: 9, frames: 2, ended: 0, rank: 8 },
  { position: 5, symbols: 4, pointer: 3, age: 1, frames: 1, ended: 2, rank: 0 },
];

function slotWords(): Uint32Array {
  return Uint32Array.from(
    SLOT_STATES.flatMap(({ position, symbols, pointer, age, frames, ended, rank }) => {
      const [rest, seed] = [0, [0, 0, 0, 0]];
      return [position, symbols, pointer, age, rest, frames, ended, rank, ...seed];
    }),
  );
}

const symbols = Uint32Array.from({ length: SLOTS * CAPACITY }, (_, at) => (at * 5) % VOCABULARY);

async function places(buffer: GPUBuffer): Promise<number[][]> {
  const words = new Uint32Array((await download(gpu, buffer)).buffer);
  return Array.from({ length: words.length / 4 }, (_, c) => [...words.subarray(4 * c, 4 * c + 4)]);
}

describe("kernel embed-frame", () => {
  it.each(["f32", "f16", "int8"] as const)(
    "makes a column for every voice that goes on, in %s",
    async (weights) => {
      const stored = (rows: number, columns: number, seed: number) =>
        rounded(noise(rows * columns, seed), weights, columns);
      const projection = stored(DIM, LATENT_DIM, 1);
      const embeddings = stored(AGES + WINDOW * VOCABULARY, DIM, 2);
      const [bias, latents] = [noise(DIM, 3), noise(SLOTS * CAPACITY * LATENT_DIM, 4)];
      const kernel = await gpu.kernel("embed-frame", {
        weights,
        includes: ["column", "slots", "frame-embedding"],
        constants: {
          DIM4: DIM / 4,
          LATENT4: LATENT_DIM / 4,
          CAPACITY,
          AGES,
          WINDOW,
          WINDOW_BEFORE,
          VOCABULARY,
        },
      });
      const order = [1, 2, 0];
      const x = upload(gpu, new Float32Array(4 * DIM));
      const columns = upload(gpu, new Uint32Array(4 * 4));
      const voices = new Uint32Array(64).fill(NO_SLOT);
      voices.set(order);
      const buffers = [
        uniform(gpu, voices),
        upload(gpu, slotWords()),
        upload(gpu, latents),
        uploadWeights(gpu, projection, weights, LATENT_DIM),
        upload(gpu, bias),
        uploadWeights(gpu, embeddings, weights, DIM),
        upload(gpu, symbols),
        x,
        columns,
      ];
      runKernel(gpu, kernel, buffers, [1, 4]);
      const made = await places(columns);
      expect(made[0]).toEqual([1, 6, 7, 8]);
      expect(made[1]![0]).toBe(NO_SLOT);
      expect(made[2]).toEqual([0, 4, 5, 0]);
      expect(made[3]![0]).toBe(NO_SLOT);
      const expected = Array.from({ length: 4 * DIM }, (_, at) => {
        const [slot, d] = [order[Math.floor(at / DIM)], at % DIM];
        const state = slot === undefined ? undefined : SLOT_STATES[slot];
        if (slot === undefined || state === undefined || state.ended !== 0) return 0;
        let sum = bias[d]! + embeddings[Math.min(state.age, AGES - 1) * DIM + d]!;
        for (let k = 0; k < LATENT_DIM && state.frames > 0; k++) {
          sum +=
            projection[d * LATENT_DIM + k]! * latents[(slot * CAPACITY + state.frames - 1) * LATENT_DIM + k]!;
        }
        for (let place = 0; place < WINDOW; place++) {
          const index = state.pointer - WINDOW_BEFORE + place;
          const inside = index >= 0 && index < state.symbols;
          const symbol = inside ? symbols[slot * CAPACITY + index]! : 0;
          sum += embeddings[(AGES + place * VOCABULARY + symbol) * DIM + d]!;
        }
        return sum;
      });
      expect(largestDifference(await download(gpu, x), expected)).toBeLessThan(1e-5);
    },
  );
});

describe("kernel embed-prefix", () => {
  it.each([
    ["a speaker, seen in both directions", 1, 0, "f32"],
    ["symbols only, causal", 0, 1, "f32"],
    ["a table in int8", 1, 0, "int8"],
  ] as const)("makes the columns of a sentence: %s", async (_, SPEAKERS, CAUSAL, weights) => {
    const table = rounded(noise(VOCABULARY * DIM, 1), weights, DIM);
    const before = noise(8 * DIM, 2);
    const constants = { DIM4: DIM / 4, CAPACITY, SPEAKERS, CAUSAL };
    const kernel = await gpu.kernel("embed-prefix", {
      weights,
      includes: ["column", "slots"],
      constants,
    });
    const x = upload(gpu, before);
    const columns = upload(gpu, new Uint32Array(8 * 4));
    const buffers = [
      uniform(gpu, Uint32Array.of(1, 0, 0, 0)),
      upload(gpu, slotWords()),
      uploadWeights(gpu, table, weights, DIM),
      upload(gpu, symbols),
      x,
      columns,
    ];
    runKernel(gpu, kernel, buffers, [1, 8]);
    const count = SPEAKERS + 5;
    expect(await places(columns)).toEqual(
      Array.from({ length: 8 }, (_place, c) => [c < count ? 1 : NO_SLOT, c, CAUSAL === 1 ? c + 1 : count, 8]),
    );
    const expected = Array.from(before, (value, at) => {
      const c = Math.floor(at / DIM);
      const symbol = symbols[CAPACITY + c - SPEAKERS]!;
      return c < SPEAKERS || c >= count ? value : table[symbol * DIM + (at % DIM)]!;
    });
    expect(largestDifference(await download(gpu, x), expected)).toBeLessThan(1e-6);
  });
});
