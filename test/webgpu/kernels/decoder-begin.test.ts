import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, upload } from "../run-kernel.ts";
import { uploadWindow } from "../window-buffer.ts";

const gpu = await testGpu();
const [SLOTS, DIM, MOST_FRAMES, RING, LATENTS] = [3, 13, 11, 7, 4];

it.each([
  ["held after the last", 1],
  ["zeros after the last", 0],
])("decoder-begin moves every voice on and puts its latents, %s, into the ring", async (_what, holdsLast) => {
  const voices = [
    { slot: 2, first: 1, last: 6, end: 9, row: 3, breath: 1 },
    { slot: 0, first: 5, last: 10, end: 6, row: 0 },
  ];
  const window = uploadWindow(gpu, { latents: LATENTS, voices });
  const latents = noise(SLOTS * MOST_FRAMES * DIM, 1);
  const statistics = noise(2 * DIM, 2);
  const ring = upload(gpu, new Float32Array(SLOTS * RING * DIM));
  const constants = { dim: DIM, most_frames: MOST_FRAMES, ring: RING, holds_last: holdsLast };
  const kernel = await gpu.kernel("decoder-begin", { includes: ["window-layout"], constants });
  runKernel(gpu, kernel, [window, upload(gpu, latents), upload(gpu, statistics), ring], [voices.length]);

  const expected = new Float32Array(SLOTS * RING * DIM);
  for (const { slot, first, last, end } of voices) {
    const start = Math.min(first + LATENTS, end);
    for (let frame = start; frame < start + LATENTS; frame++) {
      for (let d = 0; d < DIM; d++) {
        const value = latents[(slot * MOST_FRAMES + Math.min(frame, last)) * DIM + d]!;
        const isThere = holdsLast === 1 || frame <= last;
        expected[(slot * RING + (frame % RING)) * DIM + d] = isThere
          ? value * statistics[DIM + d]! + statistics[d]!
          : 0;
      }
    }
  }
  expect(largestDifference(await download(gpu, ring), expected)).toBeLessThan(1e-6);
  const words = new Uint32Array((await download(gpu, window)).buffer);
  const one = 0x3f800000; // bits of the breath, which stays
  expect([...words.subarray(0, 16)]).toEqual([2, LATENTS, 0, 0, 2, 5, 6, 9, 7, one, 0, 6, 10, 6, 4, 0]);
});
