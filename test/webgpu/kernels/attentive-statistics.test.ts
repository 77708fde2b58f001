import { describe, expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpus } from "../dawn.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpus = await testGpus();

describe.each(gpus)("%s", (_device, gpu) => {
  it.each([[1], [77]])(
    "attentive-statistics weights %d rows by the softmax of their scores",
    async (rows) => {
      const channels = 6;
      const source = noise(rows * channels, 1);
      const scores = noise(rows * channels, 2).map((value) => 20 * value + 90); // exp of them overflows f32
      const result = upload(gpu, new Float32Array(2 * channels));
      const buffers = [
        uniform(gpu, Uint32Array.of(rows, channels)),
        upload(gpu, source),
        upload(gpu, scores),
        result,
      ];
      const kernel = await gpu.kernel("attentive-statistics", { includes: ["workgroup-sum"] });
      runKernel(gpu, kernel, buffers, [channels]);
      const expected = new Float32Array(2 * channels);
      for (let c = 0; c < channels; c++) {
        let [weights, mean, square] = [0, 0, 0];
        for (let row = 0; row < rows; row++) {
          const weight = Math.exp(scores[row * channels + c]! - 90);
          weights += weight;
          mean += weight * source[row * channels + c]!;
          square += weight * source[row * channels + c]! ** 2;
        }
        mean /= weights;
        expected[c] = mean;
        expected[channels + c] = Math.sqrt(Math.max(square / weights - mean ** 2, 1e-5));
      }
      expect(largestDifference(await download(gpu, result, 2 * channels), expected)).toBeLessThan(1e-4);
    },
  );
});
