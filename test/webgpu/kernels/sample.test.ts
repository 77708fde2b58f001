import { describe, expect, it } from "vitest";
import type { StopRule } from "../../../runtime/manifest.ts";
import { movePointer } from "../../../runtime/speech/pointer.ts";
import { sampleLatent } from "../../../runtime/speech/sample-latent.ts";
import { divergenceFromEnd } from "../../../runtime/speech/stop-rule.ts";
import { fillGaussian } from "../../../runtime/voice/gaussian.ts";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpus } from "../dawn.ts";
import { download, noise, runKernel, upload, uploadColumns } from "../run-kernel.ts";

const gpus = await testGpus();
const [LATENT_DIM, CAPACITY, ADVANCES, SLOTS] = [12, 11, 4, 6];
const LOG_SCALES = [-1.5, 0.5] as const;
const STOP: StopRule = { klThreshold: 0.5, targetMean: 1, targetLogScale: 1, restFrames: 2, maxAge: 3 };
const NOISE = { seedLo: 0xdeadbeef, seedHi: 0x12345678, stream: 77 };

interface Slot {
  readonly position: number;
  readonly symbols: number;
  readonly pointer: number;
  readonly age: number;
  readonly rest: number;
  readonly frames: number;
  readonly ended: number;
}

/** Of what it is, the slot before, the most likely advance, whether the prediction is the end; the slot after. */
const CASES: readonly [string, Slot, number, boolean, Slot][] = [
  [
    "goes on to the next symbol",
    { position: 6, symbols: 5, pointer: 1, age: 2, rest: 0, frames: 3, ended: 0 },
    1,
    false,
    { position: 7, symbols: 5, pointer: 2, age: 0, rest: 0, frames: 4, ended: 0 },
  ],
  [
    "stays, and is not stopped before the final mark",
    { position: 6, symbols: 5, pointer: 1, age: 2, rest: 0, frames: 0, ended: 0 },
    0,
    true,
    { position: 7, symbols: 5, pointer: 1, age: 3, rest: 0, frames: 1, ended: 0 },
  ],
  [
    "is pushed on when it stayed too long",
    { position: 6, symbols: 5, pointer: 1, age: 3, rest: 0, frames: 5, ended: 0 },
    0,
    false,
    { position: 7, symbols: 5, pointer: 2, age: 0, rest: 0, frames: 6, ended: 0 },
  ],
  [
    "does not pass the final mark, and rests there long enough",
    { position: 8, symbols: 5, pointer: 3, age: 0, rest: 2, frames: 7, ended: 0 },
    3,
    false,
    { position: 9, symbols: 5, pointer: 4, age: 0, rest: 3, frames: 8, ended: 2 },
  ],
  [
    "is stopped at the final mark, without a frame",
    { position: 8, symbols: 5, pointer: 4, age: 1, rest: 1, frames: 7, ended: 0 },
    0,
    true,
    { position: 8, symbols: 5, pointer: 4, age: 1, rest: 1, frames: 7, ended: 1 },
  ],
  [
    "has no room left",
    { position: 10, symbols: 5, pointer: 1, age: 0, rest: 0, frames: 8, ended: 0 },
    2,
    false,
    { position: 11, symbols: 5, pointer: 3, age: 0, rest: 0, frames: 9, ended: 3 },
  ],
];

/** mean, log-scale, advance logits of a column. */
function outputsOf(advance: number, isEnd: boolean, seed: number): Float32Array {
  const mean = isEnd ? new Float32Array(LATENT_DIM).fill(1.1) : noise(LATENT_DIM, seed);
  const logScale = isEnd ? new Float32Array(LATENT_DIM).fill(0.4) : noise(LATENT_DIM, seed + 1);
  const logits = noise(ADVANCES, seed + 2);
  logits[advance] = 9;
  return Float32Array.from([...mean, ...logScale, ...logits]);
}

describe.each(gpus)("%s", (_device, gpu) => {
  describe("kernel sample", async () => {
    const columns = CASES.length + 1; // the last one is idle
    const outputs = CASES.map(([, , advance, isEnd], index) => outputsOf(advance, isEnd, 10 * index));
    const width = 0.7;
    const words = new Uint32Array(SLOTS * 12);
    CASES.forEach(([, before], slot) => {
      words.set([...Object.values(before), 0, NOISE.seedLo, NOISE.seedHi, NOISE.stream], 12 * slot);
      new Float32Array(words.buffer)[12 * slot + 11] = width;
    });
    const places = CASES.map((_, slot) => [slot, 0, 0, 0]);
    const kernel = await gpu.kernel("sample", {
      includes: ["column", "slots", "gaussian", "workgroup-sum"],
      constants: {
        LATENT4: LATENT_DIM / 4,
        CAPACITY,
        ADVANCES,
        LOG_SCALE_MIN: LOG_SCALES[0],
        LOG_SCALE_MAX: LOG_SCALES[1],
        KL_THRESHOLD: STOP.klThreshold,
        TARGET_MEAN: STOP.targetMean,
        TARGET_LOG_SCALE: STOP.targetLogScale,
        REST_FRAMES: STOP.restFrames,
        MAX_AGE: STOP.maxAge,
      },
    });
    const slots = upload(gpu, words);
    const latents = upload(gpu, new Float32Array(SLOTS * CAPACITY * LATENT_DIM));
    const path = upload(gpu, new Uint32Array(SLOTS * CAPACITY).fill(99));
    const all = Float32Array.from([...outputs, outputsOf(0, true, 90)].flatMap((each) => [...each]));
    runKernel(gpu, kernel, [uploadColumns(gpu, places), upload(gpu, all), slots, latents, path], [columns]);
    const after = new Uint32Array((await download(gpu, slots)).buffer);
    const sampled = await download(gpu, latents);
    const symbols = new Uint32Array((await download(gpu, path)).buffer);

    it.each(CASES.map((each, slot) => [each[0], slot] as const))("%s", (_, slot) => {
      const [, before, advance, isEnd, expected] = CASES[slot]!;
      const state = [...after.subarray(12 * slot, 12 * slot + 7)];
      expect(state).toEqual(Object.values(expected));
      const at = slot * CAPACITY + before.frames;
      const latent = sampled.subarray(at * LATENT_DIM, (at + 1) * LATENT_DIM);
      const [mean, raw] = [
        outputs[slot]!.slice(0, LATENT_DIM),
        outputs[slot]!.slice(LATENT_DIM, 2 * LATENT_DIM),
      ];
      const logScale = raw.map((value) => Math.min(LOG_SCALES[1], Math.max(LOG_SCALES[0], value)));
      expect(divergenceFromEnd(mean, logScale, STOP) < STOP.klThreshold).toBe(isEnd);
      if (expected.frames === before.frames) {
        expect(symbols[at]).toBe(99);
        return expect([...latent]).toEqual(Array(LATENT_DIM).fill(0));
      }
      const values = fillGaussian(
        new Float32Array(LATENT_DIM),
        { lo: NOISE.seedLo, hi: NOISE.seedHi },
        NOISE.stream,
        before.frames * LATENT_DIM,
      );
      expect(largestDifference(latent, sampleLatent(mean, logScale, width * width, values))).toBeLessThan(
        1e-5,
      );
      expect(symbols[at]).toBe(before.pointer);
      const probabilities = outputs[slot]!.slice(2 * LATENT_DIM);
      const moved = movePointer(
        { symbol: before.pointer, age: before.age },
        probabilities,
        before.symbols - 1,
        STOP,
      );
      expect({ symbol: expected.pointer, age: expected.age }).toEqual(moved);
      expect(advance).toBeLessThan(ADVANCES);
    });
  });

  describe("kernel sample, many dims", () => {
    it("draws the Gaussian numbers of the CPU", async () => {
      const count = 4096;
      const kernel = await gpu.kernel("sample", {
        includes: ["column", "slots", "gaussian", "workgroup-sum"],
        constants: {
          LATENT4: count / 4,
          CAPACITY: 3,
          ADVANCES: 0,
          LOG_SCALE_MIN: -1,
          LOG_SCALE_MAX: 1,
          KL_THRESHOLD: 0,
          TARGET_MEAN: 0,
          TARGET_LOG_SCALE: 0,
          REST_FRAMES: 1,
          MAX_AGE: 1,
        },
      });
      const frame = 2;
      const words = Uint32Array.of(0, 5, 0, 0, 0, frame, 0, 0, NOISE.seedLo, NOISE.seedHi, NOISE.stream, 0);
      new Float32Array(words.buffer)[11] = 1;
      const latents = upload(gpu, new Float32Array(3 * count));
      runKernel(
        gpu,
        kernel,
        [
          uploadColumns(gpu, [[0, 0, 0, 0]]),
          upload(gpu, new Float32Array(2 * count)),
          upload(gpu, words),
          latents,
          upload(gpu, new Uint32Array(3)),
        ],
        [1],
      );
      const seed = { lo: NOISE.seedLo, hi: NOISE.seedHi };
      const expected = fillGaussian(new Float32Array(count), seed, NOISE.stream, frame * count);
      expect(Math.max(...expected)).toBeGreaterThan(3);
      expect(largestDifference(await download(gpu, latents, count, frame * count), expected)).toBeLessThan(
        3e-6,
      );
    });
  });
});
