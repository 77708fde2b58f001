import { describe, expect, it } from "vitest";
import type { LanguageModelSizes } from "../../runtime/manifest.ts";
import type { WeightType } from "../../runtime/webgpu/gpu.ts";
import { testGpu } from "./dawn.ts";
import { lineLoss, totalLoss } from "./line-reference.ts";
import { relativeError } from "./numeric-gradient.ts";
import { ADAPTER_PARTS, adapterOf, GROUPED, lineOf, OFFICIAL, trainerOf } from "./trainer-rig.ts";

const gpu = await testGpu();

/** Numbers of each part of the adapter whose gradients are checked. */
const SAMPLES = 23;
const STEP = 2 ** -10;

/** Central differences along every so manieth number. */
function sampledGradient(values: Float32Array, lossOf: (changed: Float32Array) => number) {
  const count = values.length;
  const places = Array.from({ length: SAMPLES }, (_, index) => Math.floor((index * count) / SAMPLES));
  const slopes = places.map((at) => {
    const [above, below] = [Math.fround(values[at]! + STEP), Math.fround(values[at]! - STEP)];
    return (lossOf(values.with(at, above)) - lossOf(values.with(at, below))) / (above - below);
  });
  return { places, slopes };
}

describe("adapterGradient against differences of plain loops", () => {
  it.each<[string, LanguageModelSizes, boolean, WeightType, rank: number, frames: number]>([
    ["grouped queries, f32", GROUPED, true, "f32", 3, 7],
    ["grouped queries, f16", GROUPED, true, "f16", 16, 5],
    ["grouped queries, int8", GROUPED, true, "int8", 8, 4],
    ["causal, neither speaker nor pointer", OFFICIAL, false, "f32", 1, 1],
  ])("%s", async (_, sizes, hasSpeaker, weightType, rank, frames) => {
    const { manifest, tensors, trainer } = await trainerOf(gpu, sizes, hasSpeaker, weightType);
    const line = lineOf(manifest, frames, 3);
    const adapter = adapterOf(manifest, rank);
    const { kl, pointer, gradient, conditioningGradient } = await trainer.adapterGradient(line, adapter);
    const loss = lineLoss(manifest, tensors, line, adapter);
    expect(relativeError([kl], [loss.kl])).toBeLessThan(1e-5);
    if (sizes.pointer === null) expect(pointer).toBe(0);
    else expect(relativeError([pointer], [loss.pointer])).toBeLessThan(1e-5);
    expect(gradient.rank).toBe(rank);
    for (const part of ADAPTER_PARTS) {
      expect(gradient[part]).toHaveLength(adapter[part].length);
      const { places, slopes } = sampledGradient(adapter[part], (changed) =>
        totalLoss(lineLoss(manifest, tensors, line, { ...adapter, [part]: changed })),
      );
      const given = places.map((at) => gradient[part][at]!);
      expect(relativeError(given, slopes), part).toBeLessThan(1e-3);
    }
    expect(conditioningGradient).toHaveLength(hasSpeaker ? line.conditioning.length : 0);
    if (!hasSpeaker) return;
    const { places, slopes } = sampledGradient(line.conditioning, (conditioning) =>
      totalLoss(lineLoss(manifest, tensors, { ...line, conditioning }, adapter)),
    );
    const given = places.map((at) => conditioningGradient[at]!);
    expect(relativeError(given, slopes)).toBeLessThan(1e-3);
  });
});
