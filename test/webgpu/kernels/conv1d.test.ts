import { describe, expect, it } from "vitest";
import { BackendError } from "../../../runtime/errors.ts";
import type { WeightType } from "../../../runtime/webgpu/gpu.ts";
import { createConv1d, type Conv1dSizes } from "../../../runtime/webgpu/layers.ts";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, halved, noise, upload, uploadWeights } from "../run-kernel.ts";
import { submit } from "../submit.ts";
import {
  ONE_VOICE,
  placeOf,
  placesOf,
  rowOf,
  TWO_VOICES,
  uploadWindow,
  type TestWindow,
} from "../window-buffer.ts";

const gpu = await testGpu();
const SLOTS = 3;

interface Case {
  readonly window: TestWindow;
  readonly type: WeightType;
  readonly sizes: Conv1dSizes;
}

const LINEAR = { channels: 20, outputs: 67, rate: 3 };
const ACTIVATED = [undefined, "snake", "relu", "tanh", "sigmoid", "residual"] as const;

const CASES: readonly [string, Case][] = [
  ...ACTIVATED.map((activation): [string, Case] => [
    `a linear layer with the activation ${activation}`,
    { window: TWO_VOICES, type: "f32", sizes: { ...LINEAR, ...(activation && { activation }) } },
  ]),
  [
    "a causal dilated convolution of a small window, ring to ring, with f16 weights",
    {
      window: ONE_VOICE,
      type: "f16",
      sizes: {
        channels: 36,
        outputs: 130,
        rate: 2,
        taps: 3,
        dilation: 2,
        back: 4,
        sourceRing: 7,
        resultRing: 5,
      },
    },
  ],
  [
    "a transposed convolution whose outputs are split, from a sentence's start on",
    {
      window: TWO_VOICES,
      type: "f32",
      sizes: {
        channels: 8,
        outputs: 3 * 22,
        rate: 2,
        taps: 2,
        back: 1,
        sourceRing: 11,
        resultRing: 31,
        split: 3,
      },
    },
  ],
  [
    "a convolution that is behind the window",
    {
      window: TWO_VOICES,
      type: "f32",
      sizes: {
        channels: 4,
        outputs: 6,
        rate: 2,
        taps: 3,
        back: 1,
        sourceRing: 14,
        resultRing: 24,
        split: 2,
        delay: 3,
      },
    },
  ],
  [
    "a strided convolution that sees both sides",
    {
      window: { latents: 5, voices: [{ slot: 0, first: 0 }] },
      type: "f32",
      sizes: { channels: 12, outputs: 9, rate: 1, taps: 4, step: 2, back: 1 },
    },
  ],
];

function activated(
  x: number,
  activation: Conv1dSizes["activation"],
  a: number,
  b: number,
  residual: number,
): number {
  if (activation === "snake") return x + Math.sin(Math.PI * x * a) ** 2 * b;
  if (activation === "relu") return Math.max(x, 0);
  if (activation === "tanh") return Math.tanh(x);
  if (activation === "sigmoid") return 1 / (1 + Math.exp(-x));
  return activation === "residual" ? residual + a * x : x;
}

describe("conv1d", () => {
  it.each(CASES)("is %s", async (_name, { window, type, sizes }) => {
    const { channels, outputs, rate, taps = 1, dilation = 1, step = 1, back = 0, split = 1 } = sizes;
    const { sourceRing = 0, resultRing = 0, activation, delay = 0 } = sizes;
    const drawn = noise(outputs * taps * channels, 1);
    const weights = type === "f16" ? halved(drawn) : drawn;
    const vectors = noise(3 * outputs, 2);
    const places = placesOf(window, rate);
    const source = noise((sourceRing > 0 ? SLOTS * sourceRing : places * step) * channels, 3);
    const length = ((resultRing > 0 ? SLOTS * resultRing : places * split) * outputs) / split;
    const residual = noise(length, 4);
    const result = upload(gpu, new Float32Array(length));

    const layer = await createConv1d(gpu, "test", sizes, {
      window: uploadWindow(gpu, window),
      weights: { buffer: uploadWeights(gpu, weights, type, channels), type },
      vectors: upload(gpu, vectors),
      source: upload(gpu, source),
      residual: upload(gpu, residual),
      result,
    });
    submit(gpu.device, [layer({ voices: window.voices.length, latents: window.latents })]);

    const expected = new Float32Array(length);
    const width = outputs / split;
    for (let place = 0; place < places; place++) {
      const { voice, time: late } = placeOf(window, rate, place);
      const time = late - delay;
      if (time < 0) continue;
      for (let output = 0; output < outputs; output++) {
        let sum = vectors[output]!;
        for (let tap = 0; tap < taps; tap++) {
          const row = rowOf(window, sourceRing, rate * step, voice, time * step + tap * dilation - back);
          if (row === undefined) continue;
          for (let c = 0; c < channels; c++) {
            sum += weights[(output * taps + tap) * channels + c]! * source[row * channels + c]!;
          }
        }
        const row = rowOf(
          window,
          resultRing,
          rate * split,
          voice,
          time * split + Math.floor(output / width),
        )!;
        const at = row * width + (output % width);
        const [a, b] = [vectors[outputs + output]!, vectors[2 * outputs + output]!];
        expected[at] = activated(sum, activation, a, b, residual[at]!);
      }
    }
    expect(largestDifference(await download(gpu, result), expected)).toBeLessThan(1e-4);
  });

  it("gives the same bits for a place whatever the size of the window", async () => {
    const sizes = { channels: 40, outputs: 21, rate: 3, taps: 3, back: 2, sourceRing: 17, resultRing: 15 };
    const buffers = {
      weights: { buffer: uploadWeights(gpu, noise(21 * 3 * 40, 1), "f32", 40), type: "f32" } as const,
      vectors: upload(gpu, noise(21, 2)),
      source: upload(gpu, noise(17 * 40, 3)),
    };
    const runs = [[{ latents: 5, first: 0 }], [0, 1, 2, 3, 4].map((first) => ({ latents: 1, first }))];
    const results = runs.map(async (windows) => {
      const result = upload(gpu, new Float32Array(15 * 21));
      for (const { latents, first } of windows) {
        const window = uploadWindow(gpu, { latents, voices: [{ slot: 0, first }] });
        const layer = await createConv1d(gpu, "test", sizes, { ...buffers, window, result });
        submit(gpu.device, [layer({ voices: 1, latents })]);
      }
      return download(gpu, result);
    });
    const [whole, pieces] = await Promise.all(results);
    expect(pieces).toEqual(whole);
  });

  it("refuses channels that are not a multiple of 4", async () => {
    const buffer = upload(gpu, new Float32Array(4));
    const buffers = {
      window: buffer,
      weights: { buffer, type: "f32" },
      vectors: buffer,
      source: buffer,
      result: buffer,
    } as const;
    await expect(createConv1d(gpu, "x", { channels: 6, outputs: 1, rate: 1 }, buffers)).rejects.toThrow(
      BackendError,
    );
  });
});
