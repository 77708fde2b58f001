import { expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpu = await testGpu();

it("keeps what is above 0 and scales the rest by the slope, and stays within its latents", async () => {
  const [LENGTH, LATENTS, SLOPE] = [260, 3, 0.2];
  const source = noise((LATENTS + 1) * LENGTH, 1);
  const result = upload(gpu, new Float32Array(source.length));
  const kernel = await gpu.kernel("leaky-relu", { constants: { slope: SLOPE } });
  const sizes = uniform(gpu, Uint32Array.of(LENGTH / 4));
  runKernel(gpu, kernel, [sizes, upload(gpu, source), result], [Math.ceil(LENGTH / 256), LATENTS]);
  const expected = source.map((x, at) => (at >= LATENTS * LENGTH ? 0 : x > 0 ? x : SLOPE * x));
  expect(largestDifference(await download(gpu, result), expected)).toBeLessThan(1e-6);
});
