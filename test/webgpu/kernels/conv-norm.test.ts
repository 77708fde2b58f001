import { describe, expect, it } from "vitest";
import { BackendError } from "../../../runtime/errors.ts";
import { createConvNorm, type ConvNormSizes } from "../../../runtime/webgpu/layers.ts";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpus } from "../dawn.ts";
import { download, noise, upload } from "../run-kernel.ts";
import { submit } from "../submit.ts";
import { placeOf, placesOf, rowOf, TWO_VOICES, uploadWindow, type TestWindow } from "../window-buffer.ts";

const gpus = await testGpus();
const SLOTS = 3;
const EPSILON = 1e-5;
const ONE_CLIP: TestWindow = { latents: 7, voices: [{ slot: 0, first: 0 }] };

const CASES: readonly [string, TestWindow, ConvNormSizes][] = [
  [
    "a causal depthwise convolution from a ring, normed",
    TWO_VOICES,
    { channels: 201, rate: 2, taps: 5, back: 4, sourceRing: 14 },
  ],
  ["one that sees both sides of a clip", ONE_CLIP, { channels: 130, rate: 3, taps: 7, back: 3 }],
  ["the norm alone", TWO_VOICES, { channels: 33, rate: 1, sourceRing: 9 }],
];

describe.each(gpus)("%s", (_device, gpu) => {
  describe("conv-norm", () => {
    it.each(CASES)("is %s", async (_name, window, sizes) => {
      const { channels, rate, taps = 0, back = 0, sourceRing = 0 } = sizes;
      const vectors = noise((3 + taps) * channels, 1);
      const places = placesOf(window, rate);
      const source = noise((sourceRing > 0 ? SLOTS * sourceRing : places) * channels, 2);
      const result = upload(gpu, new Float32Array(places * channels));
      const buffers = {
        window: uploadWindow(gpu, window),
        vectors: upload(gpu, vectors),
        source: upload(gpu, source),
        result,
      };
      const layer = await createConvNorm(gpu, "test", sizes, buffers);
      submit(gpu.device, [layer({ voices: window.voices.length, latents: window.latents })]);

      const expected: number[] = [];
      for (let place = 0; place < places; place++) {
        const { voice, time } = placeOf(window, rate, place);
        const valueAt = (offset: number, c: number) => {
          const row = rowOf(window, sourceRing, rate, voice, time + offset);
          return row === undefined ? 0 : source[row * channels + c]!;
        };
        const row = Array.from({ length: channels }, (_, c) => {
          if (taps === 0) return valueAt(0, c);
          let sum = vectors[(2 + taps) * channels + c]!;
          for (let tap = 0; tap < taps; tap++)
            sum += vectors[(2 + tap) * channels + c]! * valueAt(tap - back, c);
          return sum;
        });
        const mean = row.reduce((sum, value) => sum + value, 0) / channels;
        const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channels;
        row.forEach((value, c) =>
          expected.push(
            ((value - mean) / Math.sqrt(variance + EPSILON)) * vectors[c]! + vectors[channels + c]!,
          ),
        );
      }
      expect(largestDifference(await download(gpu, result), expected)).toBeLessThan(1e-4);
    });

    it("refuses more channels than its workgroup memory holds", async () => {
      const buffer = upload(gpu, new Float32Array(4));
      const buffers = { window: buffer, vectors: buffer, source: buffer, result: buffer };
      await expect(createConvNorm(gpu, "x", { channels: 1025, rate: 1 }, buffers)).rejects.toThrow(
        BackendError,
      );
    });
  });
});
