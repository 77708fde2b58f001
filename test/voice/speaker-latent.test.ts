import { describe, expect, it } from "vitest";
import { fillGaussian, gaussian } from "../../runtime/voice/gaussian.ts";
import { readTrait } from "../../runtime/voice/read-trait.ts";
import {
  componentOf,
  componentShareOf,
  pickByShare,
  speakerLatentOf,
} from "../../runtime/voice/speaker-latent.ts";
import { latentAt } from "../../runtime/voice/whitening.ts";
import { seeds, shipped, SPACES } from "./spaces.ts";

describe.each(SPACES)("the voices of seeds in the %s space", (_, speaker) => {
  const dim = speaker.mean.length;
  const many = seeds(6000);
  const voices = many.map((seed) => speakerLatentOf(seed, speaker));
  const isClear = (latent: Float32Array) =>
    speaker.clear.every(({ trait, low, high }) => {
      const reading = readTrait(trait, latent, speaker);
      return reading >= low && reading <= high;
    });

  it("are mean + cholesky * noise of one component: its first draw, where that is clear", () => {
    for (const seed of seeds(50)) {
      const noise = fillGaussian(new Float32Array(dim), seed, 0, 0);
      const first = latentAt(noise, speaker.components[componentOf(seed, speaker)] ?? speaker);
      if (isClear(first)) expect(speakerLatentOf(seed, speaker)).toEqual(first);
      else expect(speakerLatentOf(seed, speaker)).not.toEqual(first);
    }
  });

  it("are clear", () => {
    expect(voices.filter((voice) => !isClear(voice))).toEqual([]);
  });

  it("come from every component as often as its weight says", () => {
    const counts = speaker.components.map(
      (__, index) => many.filter((seed) => componentOf(seed, speaker) === index).length,
    );
    counts.forEach((count, index) =>
      expect(Math.abs(count / many.length - (speaker.components[index]?.weight ?? NaN))).toBeLessThan(0.02),
    );
  });

  it("pick their component by a word that none of their Gaussians is made of", () => {
    const shares = many.map((seed) => componentShareOf(seed, speaker));
    const last = many.map((seed) => gaussian(seed, 0, dim - 1));
    expect(Math.abs(correlation(shares, last))).toBeLessThan(0.04);
  });

  it("have the mean and the covariance of the manifest", () => {
    const spreadOf = (axis: number) => Math.hypot(...(speaker.cholesky[axis] ?? []));
    for (let axis = 0; axis < dim; axis++) {
      const values = voices.map((voice) => voice[axis] ?? NaN);
      const center = mean(values);
      const spread = Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
      expect(Math.abs(center - (speaker.mean[axis] ?? NaN))).toBeLessThan(0.05 * spreadOf(axis));
      expect(Math.abs(spread / spreadOf(axis) - 1)).toBeLessThan(0.05);
    }
  });
});

describe("the components of the shipped voices", () => {
  it("are apart: a trait's spread within each is smaller than over all", () => {
    const { weights } = shipped.traits.pitch;
    const spread = ({ cholesky }: { readonly cholesky: readonly (readonly number[])[] }) =>
      Math.hypot(
        ...weights.map((_, column) =>
          weights.reduce((sum, weight, row) => sum + weight * (cholesky[row]?.[column] ?? 0), 0),
        ),
      );
    expect(shipped.components.length).toBeGreaterThan(1);
    for (const component of shipped.components) expect(spread(component)).toBeLessThan(spread(shipped));
  });
});

describe("pickByShare", () => {
  it("gives the first index whose weights sum up to more than the share", () => {
    const picked = [0, 0.19, 0.2, 0.49, 0.5, 0.99].map((share) => pickByShare(share, [0.2, 0.3, 0.5]));
    expect(picked).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("gives what rounding leaves to the last weight above 0", () => {
    expect(pickByShare(0.9999999, [0.5, 0.4999, 0])).toBe(1);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = mean(a.map((value, i) => (value - meanA) * ((b[i] ?? NaN) - meanB)));
  return product / Math.sqrt(mean(a.map((v) => (v - meanA) ** 2)) * mean(b.map((v) => (v - meanB) ** 2)));
}
