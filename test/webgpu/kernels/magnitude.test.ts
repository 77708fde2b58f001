import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpu = await testGpu();
const [FRAMES, BINS, WIDTH] = [3, 69, 72];

it.each([
  ["magnitudes", 0],
  ["their logarithms", 1],
])("magnitude gives %s in rows filled up with zeros", async (_what, isLog) => {
  const spectrum = noise(FRAMES * 2 * BINS, 1);
  const result = upload(gpu, new Float32Array(FRAMES * WIDTH).fill(9));
  const sizes = uniform(gpu, Uint32Array.of(BINS, WIDTH, isLog));
  const workgroups = [Math.ceil(WIDTH / 64), FRAMES] as const;
  runKernel(gpu, await gpu.kernel("magnitude"), [sizes, upload(gpu, spectrum), result], workgroups);
  const expected = Array.from({ length: FRAMES * WIDTH }, (_, at) => {
    const [frame, bin] = [Math.floor(at / WIDTH), at % WIDTH];
    if (bin >= BINS) return 0;
    const value = Math.hypot(spectrum[frame * 2 * BINS + bin]!, spectrum[frame * 2 * BINS + BINS + bin]!);
    return isLog ? Math.log(value + 1e-3) : value;
  });
  expect(largestDifference(await download(gpu, result), expected)).toBeLessThan(1e-5);
});
