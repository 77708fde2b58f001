import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";
import { uploadWindow } from "../window-buffer.ts";

const gpu = await testGpu();
const SLOTS = 3;

it.each([
  ["at a sentence's start and end, shorter than a tile", 12, 3, 0, 5],
  ["in the middle of one, over several tiles", 12, 7, 4, 1000],
  ["with another low-pass", 8, 5, 1, 9],
])("alias-free-snake doubles, bends and halves %s", async (_what, taps, rate, first, last) => {
  const [channels, latents, delay, slot] = [13, 6, 5, 2];
  const [sourceRing, resultRing] = [latents * rate + 20, latents * rate + 1];
  const lowPass = noise(taps, 1);
  const [frequencies, gains] = [noise(channels, 2), noise(channels, 3)];
  const source = noise(SLOTS * sourceRing * channels, 4);
  const result = upload(gpu, new Float32Array(SLOTS * resultRing * channels));
  const vectors = Float32Array.of(...lowPass, ...frequencies, ...gains);
  const buffers = [
    uploadWindow(gpu, { latents, voices: [{ slot, first, last }] }),
    uniform(gpu, Uint32Array.of(channels, rate, taps, delay, sourceRing, resultRing)),
    upload(gpu, vectors),
    upload(gpu, source),
    result,
  ];
  const kernel = await gpu.kernel("alias-free-snake", { includes: ["window-layout", "window", "sine"] });
  runKernel(gpu, kernel, buffers, [Math.ceil((latents * rate) / 32), Math.ceil(channels / 8), 1]);

  const made = await download(gpu, result);
  const end = (last + 1) * rate;
  for (
    let time = Math.max(first * rate - delay, 0);
    time < Math.min((first + latents) * rate - delay, end);
    time++
  ) {
    const expected = Array.from({ length: channels }, (_, c) => {
      const at = (t: number) => {
        const clamped = Math.min(Math.max(t, 0), end - 1);
        return source[(slot * sourceRing + (clamped % sourceRing)) * channels + c]!;
      };
      const doubled = (n: number) => {
        const clamped = Math.min(Math.max(n, 0), 2 * end - 1);
        let sum = 0;
        for (let tap = 0; tap < taps; tap++) {
          const twice = clamped + taps / 2 - 1 - tap; // an output of the transposed convolution takes every second tap
          if (twice % 2 === 0) sum += 2 * lowPass[tap]! * at(twice / 2);
        }
        return sum + gains[c]! * Math.sin(Math.PI * sum * frequencies[c]!) ** 2;
      };
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += lowPass[tap]! * doubled(2 * time + tap - taps / 2 + 1);
      return sum;
    });
    const row = (slot * resultRing + (time % resultRing)) * channels;
    expect(largestDifference(made.subarray(row, row + channels), expected)).toBeLessThan(1e-4);
  }
});
