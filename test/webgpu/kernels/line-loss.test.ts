import { describe, expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpus } from "../dawn.ts";
import { numericGradient } from "../numeric-gradient.ts";
import { download, noise, runKernel, uniform, upload } from "../run-kernel.ts";

const gpus = await testGpus();
const [LATENT, PREFIX] = [7, 3];
const [LOG_SCALE_MIN, LOG_SCALE_MAX, POINTER_WEIGHT] = [-0.8, 0.6, 0.3];

interface Loss {
  readonly divergence: number;
  readonly crossEntropy: number;
}

function lossOf(
  output: ArrayLike<number>,
  target: ArrayLike<number>,
  advances: number,
  advance: number,
): Loss {
  let divergence = 0;
  for (let d = 0; d < LATENT; d++) {
    const scale = Math.min(LOG_SCALE_MAX, Math.max(LOG_SCALE_MIN, output[LATENT + d]!));
    const [offset, wanted] = [output[d]! - target[d]!, target[LATENT + d]!];
    const spread = Math.exp(2 * wanted) + offset * offset;
    divergence += scale - wanted + spread / (2 * Math.exp(2 * scale)) - 0.5;
  }
  if (advances === 0 || advance < 0) return { divergence, crossEntropy: 0 };
  const logits = Array.from({ length: advances }, (_, a) => output[2 * LATENT + a]!);
  const total = logits.reduce((sum, each) => sum + Math.exp(each), 0);
  return { divergence, crossEntropy: Math.log(total) - logits[advance]! };
}

describe.each(gpus)("%s", (_device, gpu) => {
  describe("kernel line-loss", () => {
    it.each<[frames: number, advances: number]>([
      [4, 5],
      [3, 0],
      [1, 4],
    ])("gives losses and gradient of %i frames with %i advances", async (frames, advances) => {
      const columns = PREFIX + frames;
      const width = 2 * LATENT + advances;
      const gradientWidth = Math.ceil(width / 4) * 4;
      const outputs = noise(columns * width, 1);
      const target = noise(frames * 2 * LATENT, 2);
      const steps = Int32Array.from({ length: frames }, (_, frame) =>
        frame === frames - 1 ? -1 : (frame * 3) % 5,
      );
      const constants = {
        LATENT,
        ADVANCES: advances,
        WIDTH: gradientWidth,
        LOG_SCALE_MIN,
        LOG_SCALE_MAX,
        POINTER_WEIGHT,
      };
      const losses = upload(gpu, new Float32Array(frames * 2));
      const gradient = upload(gpu, noise(columns * gradientWidth, 3));
      const buffers = [
        uniform(gpu, Uint32Array.of(PREFIX, columns, 0, 0)),
        upload(gpu, outputs),
        upload(gpu, target),
        upload(gpu, steps),
        losses,
        gradient,
      ];
      const kernel = await gpu.kernel("line-loss", { includes: ["line", "workgroup-sum"], constants });
      runKernel(gpu, kernel, buffers, [columns]);
      const expected = Array.from({ length: frames }, (_, frame) => {
        const output = outputs.subarray((PREFIX + frame) * width, (PREFIX + frame + 1) * width);
        const wanted = target.subarray(frame * 2 * LATENT, (frame + 1) * 2 * LATENT);
        const loss = (x: ArrayLike<number>) => lossOf(x, wanted, advances, steps[frame]!);
        const total = (x: ArrayLike<number>) => {
          const { divergence, crossEntropy } = loss(x);
          const share = frames > 1 ? POINTER_WEIGHT / (frames - 1) : 0;
          return divergence / (frames * LATENT) + share * crossEntropy;
        };
        return { ...loss(output), gradient: numericGradient(total, output) };
      });
      const wantedLosses = expected.flatMap(({ divergence, crossEntropy }) => [divergence, crossEntropy]);
      expect(largestDifference(await download(gpu, losses, 2 * frames), wantedLosses)).toBeLessThan(1e-4);
      const padding = Array<number>(gradientWidth - width).fill(0);
      const wantedGradient = [
        ...Array<number>(PREFIX * gradientWidth).fill(0),
        ...expected.flatMap((each) => [...each.gradient, ...padding]),
      ];
      const given = await download(gpu, gradient, wantedGradient.length);
      expect(largestDifference(given, wantedGradient)).toBeLessThan(1e-5);
    });
  });
});
