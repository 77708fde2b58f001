import { expect, it } from "vitest";
import type { WeightType } from "../../../runtime/webgpu/gpu.ts";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, rounded, runKernel, uniform, upload, uploadWeights } from "../run-kernel.ts";

const gpu = await testGpu();
const [DIM, LATENT_DIM, VOCABULARY, EMBEDDINGS] = [20, 12, 9, 31];

it.each<[weights: WeightType, speakers: number, rowCount: number]>([
  ["f32", 1, 3],
  ["f16", 0, 0],
  ["int8", 1, 2],
])(
  "embed-line makes the columns of a line in %s, %i before the symbols, %i rows a frame",
  async (weights, speakers, rowCount) => {
    const [prefix, frames] = [speakers + 4, 3];
    const columns = prefix + frames;
    const width = Math.max(1, rowCount);
    const stored = (count: number, length: number, seed: number) =>
      rounded(noise(count * length, seed), weights, length);
    const [table, projection] = [stored(VOCABULARY, DIM, 1), stored(DIM, LATENT_DIM, 2)];
    const embeddings = stored(EMBEDDINGS, DIM, 3);
    const [bias, latents, before] = [noise(DIM, 4), noise(frames * LATENT_DIM, 5), noise(columns * DIM, 6)];
    const rows = Uint32Array.from({ length: columns * width }, (_, at) => (at * 5) % VOCABULARY);
    const kernel = await gpu.kernel("embed-line", {
      weights,
      includes: ["line", "frame-embedding"],
      constants: { DIM4: DIM / 4, LATENT4: LATENT_DIM / 4, SPEAKERS: speakers, ROWS: rowCount },
    });
    const x = upload(gpu, before);
    const buffers = [
      uniform(gpu, Uint32Array.of(prefix, columns, 0, 0)),
      uploadWeights(gpu, table, weights, DIM),
      uploadWeights(gpu, projection, weights, LATENT_DIM),
      upload(gpu, bias),
      uploadWeights(gpu, embeddings, weights, DIM),
      upload(gpu, rows),
      upload(gpu, latents),
      x,
    ];
    runKernel(gpu, kernel, buffers, [Math.ceil(DIM / 256), columns]);
    const expected = Array.from({ length: columns * DIM }, (_, at) => {
      const [column, d] = [Math.floor(at / DIM), at % DIM];
      if (column < speakers) return before[at]!;
      if (column < prefix) return table[rows[column * width]! * DIM + d]!;
      let sum = bias[d]!;
      if (column > prefix) {
        const latent = latents.subarray((column - prefix - 1) * LATENT_DIM);
        for (let k = 0; k < LATENT_DIM; k++) sum += projection[d * LATENT_DIM + k]! * latent[k]!;
      }
      for (let row = 0; row < rowCount; row++) sum += embeddings[rows[column * width + row]! * DIM + d]!;
      return sum;
    });
    expect(largestDifference(await download(gpu, x), expected)).toBeLessThan(1e-5);
  },
);
