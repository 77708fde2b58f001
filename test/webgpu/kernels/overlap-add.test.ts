import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, upload } from "../run-kernel.ts";
import { placeOf, placesOf, uploadWindow, type TestWindow } from "../window-buffer.ts";

const gpu = await testGpu();
const [SLOTS, HOP, PARTS, RATE, MOST_LATENTS] = [3, 7, 3, 2, 9];
const SIZE = HOP * PARTS;
const RING = 13;
const WINDOW: TestWindow = {
  latents: 4,
  voices: [
    { slot: 2, first: 0, row: 2 },
    { slot: 0, first: 5, row: 7 },
  ],
};

it("overlap-add adds frames, none before the sentence's start, and writes nothing beyond a slot's room", async () => {
  const frames = noise(SLOTS * RING * SIZE, 1);
  const samples = upload(gpu, new Float32Array(SLOTS * MOST_LATENTS * RATE * HOP));
  const constants = { size: SIZE, hop: HOP, rate: RATE, ring: RING, most_latents: MOST_LATENTS };
  const kernel = await gpu.kernel("overlap-add", { includes: ["window-layout", "window"], constants });
  const places = placesOf(WINDOW, RATE);
  runKernel(
    gpu,
    kernel,
    [uploadWindow(gpu, WINDOW), upload(gpu, frames), samples],
    [Math.ceil((places * HOP) / 64)],
  );

  const expected = new Float32Array(SLOTS * MOST_LATENTS * RATE * HOP);
  for (let place = 0; place < places; place++) {
    const { voice, time } = placeOf(WINDOW, RATE, place);
    const { slot, first, row = 0 } = WINDOW.voices[voice]!;
    const hop = row * RATE + time - first * RATE;
    if (hop >= MOST_LATENTS * RATE) continue;
    for (let i = 0; i < HOP; i++) {
      let sum = 0;
      for (let back = 0; back < PARTS && back <= time; back++) {
        sum += frames[(slot * RING + ((time - back) % RING)) * SIZE + back * HOP + i]!;
      }
      expected[(slot * MOST_LATENTS * RATE + hop) * HOP + i] = sum;
    }
  }
  expect(largestDifference(await download(gpu, samples), expected)).toBeLessThan(1e-5);
});
