import { describe, expect, it } from "vitest";
import { conditioningSize } from "../../runtime/styles.ts";
import type { LanguageModelSizes } from "../../runtime/manifest.ts";
import { windowOf } from "../../runtime/speech/pointer.ts";
import { createLanguageModel } from "../../runtime/webgpu/language-model.ts";
import { createLanguageModelBuffers, SLOT_WORDS } from "../../runtime/webgpu/language-model-buffers.ts";
import { createReferenceModel } from "../../runtime/webgpu/reference-model.ts";
import { openTensors, roundedTensors } from "../../runtime/webgpu/tensors.ts";
import { largestDifference, tinyManifest } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { randomModel } from "./random-model.ts";
import { download, noise, runDispatches } from "./run-kernel.ts";

const gpu = await testGpu();
const ROOM = { slots: 3, capacity: 72 };
const FRAMES = 3;

const SMALL: LanguageModelSizes = {
  dim: 48,
  layers: 2,
  heads: 6,
  kvHeads: 6,
  ffnDim: 52,
  normEps: 1e-5,
  ropeTheta: 10000,
  ropeScaling: null,
  logScaleMin: -4,
  logScaleMax: 1.5,
  prefixAttention: "bidirectional",
  pointer: { windowBefore: 2, windowAfter: 1, ages: 5, maxAdvance: 3 },
};

/** The released model scaled down: grouped queries, Llama 3 scaling, causal prefix, neither speaker nor pointer. */
const OFFICIAL: LanguageModelSizes = {
  ...SMALL,
  dim: 64,
  heads: 8,
  kvHeads: 2,
  ffnDim: 100,
  ropeTheta: 500000,
  ropeScaling: { factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPosition: 24 },
  prefixAttention: "causal",
  pointer: null,
};

describe("language models of random geometry", () => {
  it.each([
    ["small, odd sizes", SMALL, 12, true, "f32"],
    ["small, odd sizes, int8", SMALL, 12, true, "int8"],
    ["official, scaled down", OFFICIAL, 20, false, "f32"],
    ["official, scaled down, int8", OFFICIAL, 20, false, "int8"],
  ] as const)(
    "%s: three voices follow the plain loops frame by frame",
    async (_, sizes, latentDim, hasSpeaker, weightType) => {
      const { manifest, bytes } = randomModel(await tinyManifest(), sizes, latentDim, hasSpeaker);
      const tensors = openTensors(gpu, bytes, "random", { weightType });
      const endless = { ...manifest, stop: { ...manifest.stop, klThreshold: 0 } };
      const buffers = createLanguageModelBuffers(gpu, endless, ROOM);
      const model = await createLanguageModel(gpu, tensors, endless, ROOM, buffers);
      await tensors.upload();
      const reference = createReferenceModel(manifest, roundedTensors(tensors), sizes.layers);
      const voices = [3, 19, 33].map((count, slot) => ({
        symbols: Int32Array.from({ length: count }, (_symbol, index) => 1 + ((index * (slot + 3)) % 50)),
        conditioning: noise(conditioningSize(manifest), slot),
      }));
      voices.forEach((voice, slot) => {
        const key = { seedLo: slot, seedHi: 5, stream: 7 };
        model.writeSentence(slot, { ...voice, noise: key, temperature: 0.5 });
        runDispatches(gpu, model.prefill(voice.symbols.length));
      });
      const states = voices.map(({ conditioning, symbols }) => reference.open(conditioning, symbols));
      const order = [2, 0, 1];
      const width = 2 * latentDim + (sizes.pointer === null ? 0 : sizes.pointer.maxAdvance + 1);
      let latents = voices.map(() => new Float32Array(latentDim));
      model.writeVoices(order);
      for (let frame = 0; frame < FRAMES; frame++) {
        const words = new Uint32Array((await download(gpu, model.buffers.slots)).buffer);
        runDispatches(gpu, model.step(order.length));
        const outputs = await download(gpu, model.buffers.outputs);
        order.forEach((slot, column) => {
          const [symbol = 0, age = 0] = words.subarray(slot * SLOT_WORDS + 2);
          const window =
            sizes.pointer === null ? [] : windowOf(voices[slot]!.symbols, { symbol, age }, sizes.pointer);
          const ageInput = sizes.pointer === null ? 0 : Math.min(age, sizes.pointer.ages - 1);
          const expected = reference.step(states[slot]!, latents[slot]!, window, ageInput);
          const given = outputs.subarray(column * width, (column + 1) * width);
          expect(largestDifference(given, expected)).toBeLessThan(1e-4);
        });
        const all = await download(gpu, model.buffers.latents);
        latents = voices.map((_voice, slot) => {
          const at = (slot * ROOM.capacity + frame) * latentDim;
          return all.slice(at, at + latentDim);
        });
      }
    },
  );
});
