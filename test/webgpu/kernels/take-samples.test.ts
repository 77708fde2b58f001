import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";
import { uploadWindow } from "../window-buffer.ts";

const gpu = await testGpu();
const [RATE, DELAY, RING, CHANNELS, MOST_LATENTS, SLOTS, LATENTS] = [7, 14, 41, 4, 6, 3, 3];

it("take-samples gives late samples, zeros before the first, and nothing beyond a slot's room", async () => {
  const voices = [
    { slot: 2, first: 1, row: 0 },
    { slot: 0, first: 9, row: 4 },
  ];
  const source = noise(SLOTS * RING * CHANNELS, 1);
  const samples = upload(gpu, new Float32Array(SLOTS * MOST_LATENTS * RATE).fill(5));
  const sizes = uniform(gpu, Uint32Array.of(RATE, DELAY, RING, CHANNELS, MOST_LATENTS));
  const kernel = await gpu.kernel("take-samples", { includes: ["window-layout", "window"] });
  const buffers = [uploadWindow(gpu, { latents: LATENTS, voices }), sizes, upload(gpu, source), samples];
  runKernel(gpu, kernel, buffers, [Math.ceil((voices.length * LATENTS * RATE) / 64)]);

  const expected = new Float32Array(SLOTS * MOST_LATENTS * RATE).fill(5);
  for (const { slot, first, row } of voices) {
    for (let i = 0; i < LATENTS * RATE && row * RATE + i < MOST_LATENTS * RATE; i++) {
      const time = first * RATE + i - DELAY;
      const value = time < 0 ? 0 : source[(slot * RING + (time % RING)) * CHANNELS]!;
      expected[(slot * MOST_LATENTS + row) * RATE + i] = value;
    }
  }
  expect(largestDifference(await download(gpu, samples), expected)).toBe(0);
});
