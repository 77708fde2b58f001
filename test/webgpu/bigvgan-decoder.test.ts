import { describe, expect, it } from "vitest";
import { lookAheadLatents } from "../../runtime/autoencoder-sizes.ts";
import { createBigVganDecoder, type BigVganShape } from "../../runtime/webgpu/bigvgan-decoder.ts";
import { largestDifference } from "../onnx/tiny-weights.ts";
import { decodeWhole, randomBigVgan, tensorsOf } from "./bigvgan-reference.ts";
import { testGpu } from "./dawn.ts";
import { runVoices } from "./decoder-rig.ts";
import { noise, upload } from "./run-kernel.ts";

const gpu = await testGpu();

const OFFICIAL: BigVganShape = {
  latentDim: 512,
  channels: 1536,
  inputKernel: 7,
  rates: [5, 4, 4, 4, 2, 2],
  blockKernels: [3, 7, 11],
  blockDilations: [1, 3, 5],
  filterTaps: 12,
};

/** Widths 12 and 6: the last one is no multiple of 4. */
const THREE_BRANCHES: BigVganShape = {
  latentDim: 8,
  channels: 24,
  inputKernel: 7,
  rates: [3, 4],
  blockKernels: [3, 5, 2],
  blockDilations: [1, 3],
  filterTaps: 12,
};
const ONE_BRANCH: BigVganShape = {
  latentDim: 12,
  channels: 8,
  inputKernel: 3,
  rates: [5],
  blockKernels: [4],
  blockDilations: [2],
  filterTaps: 8,
};

describe.each([
  ["three branches", THREE_BRANCHES, "f32", 1e-4],
  ["one branch", ONE_BRANCH, "f32", 1e-4],
  ["one branch and f16 weights", ONE_BRANCH, "f16", 1e-2],
] as const)("the BigVGAN decoder with %s", (_name, sizes, weightType, bound) => {
  const SLOTS = 3;
  const LENGTHS = [31, 1, 17] as const;
  const MOST_FRAMES = 40;
  const dim = sizes.latentDim;
  const weights = randomBigVgan(sizes);
  const latents = LENGTHS.map((frames, slot) => noise(frames * dim, 50 + slot));
  const whole = latents.map((each) => decodeWhole(weights, sizes, each));
  const delay = lookAheadLatents(sizes);

  async function createRig() {
    const all = new Float32Array(SLOTS * MOST_FRAMES * dim).fill(3); // what is there beyond a sentence must not matter
    latents.forEach((each, slot) => all.set(each, slot * MOST_FRAMES * dim));
    const options = { slots: SLOTS, latents: upload(gpu, all), mostFrames: MOST_FRAMES };
    return createBigVganDecoder(gpu, tensorsOf(weights, weightType), sizes, options);
  }

  it("gives the sound of whole sequences, all voices at once", async () => {
    const decoder = await createRig();
    const voices = LENGTHS.map((frames, slot) => ({
      slot,
      first: 0,
      count: frames + delay,
      last: frames - 1,
    }));
    const sounds = await runVoices(gpu, decoder, voices);
    sounds.forEach((samples, slot) => expect(largestDifference(samples, whole[slot]!)).toBeLessThan(bound));
    expect(Math.max(...whole[0]!.map(Math.abs))).toBeGreaterThan(0.1);
  });

  it.each([[[1]], [[2, 4, 8, 12]], [[7, 3]]])("gives the same samples in chunks of %j", async (chunks) => {
    const decoder = await createRig();
    const frames = LENGTHS[0];
    const samples: number[] = [];
    for (let first = 0, chunk = 0; first < frames; chunk++) {
      const made = Math.min(first + chunks[chunk % chunks.length]!, frames);
      const count = made - first + (made === frames ? delay : 0);
      const [sound] = await runVoices(gpu, decoder, [{ slot: 0, first, count, last: made - 1 }]);
      samples.push(...sound!);
      first = made;
    }
    expect(largestDifference(samples, whole[0]!)).toBeLessThan(bound);
  });
});

describe("the official geometry", () => {
  it("is a little less than a second late", () => {
    expect(lookAheadLatents(OFFICIAL)).toBe(12);
  });
});
