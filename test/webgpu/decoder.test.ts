import { beforeAll, describe, expect, it } from "vitest";
import { BackendError } from "../../runtime/errors.ts";
import { CALL_LATENTS, VOICE_LATENTS } from "../../runtime/webgpu/decoder.ts";
import type { Gpu } from "../../runtime/webgpu/gpu.ts";
import { largestDifference, readGolden, readShipped, readTiny } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { createDecoderRig, MOST_FRAMES, type DecoderRig } from "./decoder-rig.ts";
import { noise } from "./run-kernel.ts";
import { signalToNoise } from "./signal-to-noise.ts";

const MOST_DISPATCHES = 60;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});

describe("the decoder says the golden sentence", () => {
  // The golden sound of the tiny model is itself 59 dB from that of its exported graph: PyTorch rounds its Fourier matrices.
  it.each([
    ["tiny", "f32", readTiny, 55, Infinity],
    ["shipped", "f32", readShipped, 60, Infinity],
    ["shipped", "f16", readShipped, 40, 8],
  ] as const)("of the %s model with %s weights", async (_model, weightType, read, least, mostFrames) => {
    const rig = await createDecoderRig(gpu, read, weightType, 1);
    const golden = await readGolden("sentence", read);
    const latents = golden("latents").data as Float32Array;
    const { latentDim, samplesPerLatent, decoder } = rig.manifest;
    const frames = Math.min(latents.length / latentDim, mostFrames);
    const expected = golden("samples").data.slice(0, (frames - decoder.delayLatents) * samplesPerLatent);
    rig.place(0, latents);
    const [samples] = await rig.run([{ slot: 0, first: 0, count: frames, last: frames - 1 }]);
    expect(samples).toHaveLength(expected.length);
    expect(signalToNoise(samples!, expected)).toBeGreaterThan(least);
  });
});

describe("the decoder of the tiny model", () => {
  const FRAMES = 34;
  const SLOTS = 8;
  let rig: DecoderRig;
  /** Of each slot: its latents' sound, decoded alone and at once. */
  const alone: Float32Array[] = [];
  beforeAll(async () => {
    rig = await createDecoderRig(gpu, readTiny, "f16", SLOTS);
    for (let slot = 0; slot < SLOTS; slot++) {
      rig.place(slot, noise(FRAMES * rig.manifest.latentDim, slot));
      const [samples] = await rig.run([{ slot, first: 0, count: FRAMES + 1, last: FRAMES - 1 }]);
      alone.push(samples!);
    }
  });

  it("takes at most 60 dispatches for a window", () => {
    const [call] = rig.decoder.calls([{ slot: 0, first: 0, count: VOICE_LATENTS, last: 9 }]);
    expect(call!.windows).toHaveLength(1);
    expect(call!.windows[0]!.length).toBeLessThanOrEqual(MOST_DISPATCHES);
  });

  it("gives whole sentences, without the delay before them", () => {
    expect(FRAMES + 1).toBeGreaterThan(CALL_LATENTS);
    for (const samples of alone) expect(samples).toHaveLength(FRAMES * rig.manifest.samplesPerLatent);
    expect(largestDifference(alone[0]!, alone[1]!)).toBeGreaterThan(0.01);
  });

  it.each([
    ["one by one", [1]],
    ["in chunks as speech takes them", [2, 4, 8, 12]],
    ["in odd chunks", [3, 7, 1, 13]],
  ])("gives the same samples %s", async (_how, chunks) => {
    const samples: number[] = [];
    for (let first = 0, chunk = 0; first < FRAMES + 1; chunk++) {
      const count = Math.min(chunks[chunk % chunks.length]!, FRAMES + 1 - first);
      // until the last chunk, only the latents made so far are there
      const last = Math.min(first + count, FRAMES) - 1;
      const [made] = await rig.run([{ slot: 2, first, count, last }]);
      samples.push(...made!);
      first += count;
    }
    expect(largestDifference(samples, alone[2]!)).toBeLessThanOrEqual(1e-5);
  });

  it("gives 8 voices at once what it gives each alone, though they join and leave", async () => {
    const lengths = [FRAMES, 3, 12, FRAMES, 1, 20, 33, 7];
    const voices = lengths.map((frames, slot) => ({ slot, first: 0, count: frames, last: FRAMES - 1 }));
    const first = await rig.run(voices);
    const rest = voices
      .map(({ slot, count }) => ({ slot, first: count, count: FRAMES + 1 - count, last: FRAMES - 1 }))
      .toReversed();
    const second = (await rig.run(rest)).toReversed();
    for (const { slot } of voices) {
      const samples = [...first[slot]!, ...second[slot]!];
      expect(largestDifference(samples, alone[slot]!)).toBeLessThanOrEqual(1e-5);
    }
  });

  it("starts a slot afresh for the next sentence", async () => {
    const [samples] = await rig.run([{ slot: 5, first: 0, count: 9, last: FRAMES - 1 }]);
    const delay = rig.manifest.decoder.delayLatents;
    expect(samples).toHaveLength((9 - delay) * rig.manifest.samplesPerLatent);
    expect(largestDifference(samples!, alone[5]!.subarray(0, samples!.length))).toBeLessThanOrEqual(1e-5);
  });

  it("creates and writes nothing on the device but the call's parameters", () => {
    const voices = [{ slot: 1, first: 0, count: MOST_FRAMES, last: MOST_FRAMES - 1 }];
    const before = gpu.memory().length;
    const [call] = rig.decoder.calls(voices);
    const [again] = rig.decoder.calls(voices);
    expect(again!.windows[0]).toBe(call!.windows[0]);
    expect(gpu.memory()).toHaveLength(before);
  });

  it.each([
    ["no voice", []],
    ["a slot it does not have", [{ slot: SLOTS, first: 0, count: 1, last: 0 }]],
    ["no latents", [{ slot: 0, first: 0, count: 0, last: 0 }]],
    [
      "a slot twice",
      [
        { slot: 0, first: 0, count: 1, last: 0 },
        { slot: 0, first: 1, count: 1, last: 1 },
      ],
    ],
  ])("refuses %s", (_what, voices) => {
    expect(() => rig.decoder.calls(voices)).toThrow(BackendError);
  });
});
