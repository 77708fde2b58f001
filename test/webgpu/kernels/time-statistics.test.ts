import { describe, expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpus } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpus = await testGpus();

describe.each(gpus)("%s", (_device, gpu) => {
  it.each([[1], [77]])("time-statistics gives mean and deviation of channels over %d rows", async (rows) => {
    const channels = 5;
    const source = noise(rows * channels, 1).map((value) => value + 3);
    const result = upload(gpu, new Float32Array(2 * channels));
    const buffers = [uniform(gpu, Uint32Array.of(rows, channels)), upload(gpu, source), result];
    const kernel = await gpu.kernel("time-statistics", { includes: ["workgroup-sum"] });
    runKernel(gpu, kernel, buffers, [channels]);
    const expected = new Float32Array(2 * channels);
    for (let c = 0; c < channels; c++) {
      const values = Array.from({ length: rows }, (_, row) => source[row * channels + c]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / rows;
      expected[c] = mean;
      expected[channels + c] = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows + 1e-5,
      );
    }
    expect(largestDifference(await download(gpu, result, 2 * channels), expected)).toBeLessThan(1e-5);
  });
});
