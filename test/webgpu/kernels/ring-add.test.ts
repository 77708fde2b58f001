import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";
import { placeOf, placesOf, TWO_VOICES, uploadWindow } from "../window-buffer.ts";

const gpu = await testGpu();
const [CHANNELS, RATE, DELAY, RING, SLOTS, SCALE] = [67, 2, 3, 13, 3, 0.25];

it("ring-add scales the sum of two rings, behind the window and not before the sentence's start", async () => {
  const length = SLOTS * RING * CHANNELS;
  const [a, b] = [noise(length, 1), noise(length, 2)];
  const result = upload(gpu, new Float32Array(length));
  const scale = new Uint32Array(Float32Array.of(SCALE).buffer)[0]!;
  const sizes = uniform(gpu, Uint32Array.of(CHANNELS, RATE, DELAY, RING, scale));
  const kernel = await gpu.kernel("ring-add", { includes: ["window-layout", "window"] });
  const buffers = [uploadWindow(gpu, TWO_VOICES), sizes, upload(gpu, a), upload(gpu, b), result];
  runKernel(gpu, kernel, buffers, [Math.ceil(CHANNELS / 64), placesOf(TWO_VOICES, RATE)]);

  const expected = new Float32Array(length);
  for (let place = 0; place < placesOf(TWO_VOICES, RATE); place++) {
    const { voice, time } = placeOf(TWO_VOICES, RATE, place);
    if (time < DELAY) continue;
    const row = (TWO_VOICES.voices[voice]!.slot * RING + ((time - DELAY) % RING)) * CHANNELS;
    for (let at = row; at < row + CHANNELS; at++) expected[at] = (a[at]! + b[at]!) * SCALE;
  }
  expect(largestDifference(await download(gpu, result), expected)).toBeLessThan(1e-6);
});
