import { describe, expect, it } from "vitest";
import type { TraitName } from "../../runtime/manifest.ts";
import { componentShares, componentUnder, likeliestComponent } from "../../runtime/voice/components.ts";
import { readTrait } from "../../runtime/voice/read-trait.ts";
import { componentOf, speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { logGaussian } from "../../runtime/voice/vectors.ts";
import { seeds, shipped, SPACES } from "./spaces.ts";

describe.each(SPACES)("componentUnder in the %s space", (_, speaker) => {
  const usual = speaker.components.map(({ weight }) => weight);

  it("leaves every seed where it is under the usual shares", () => {
    for (const seed of seeds(300))
      expect(componentUnder(usual, seed, speaker)).toBe(componentOf(seed, speaker));
  });

  it("gives the shares asked for, and moves no more seeds than they need", () => {
    const asked = usual.map((weight, index) => (index === 0 ? weight / 3 : weight));
    const sum = asked.reduce((total, share) => total + share, 0);
    const shares = asked.map((share) => share / sum);
    const many = seeds(6000);
    const given = many.map((seed) => componentUnder(shares, seed, speaker));
    shares.forEach((share, index) => {
      const count = given.filter((each) => each === index).length;
      expect(Math.abs(count / many.length - share)).toBeLessThan(0.02);
    });
    const moved = many.filter((seed, i) => componentOf(seed, speaker) !== given[i]).length;
    const needed = shares.reduce((total, share, i) => total + Math.max(0, share - (usual[i] ?? 0)), 0);
    expect(Math.abs(moved / many.length - needed)).toBeLessThan(0.02);
  });

  it("takes all to the only component that is left", () => {
    const only = usual.map((__, index) => (index === 1 ? 1 : 0));
    for (const seed of seeds(100)) expect(componentUnder(only, seed, speaker)).toBe(1);
  });
});

describe("componentShares", () => {
  it("are the usual ones when nothing is known", () => {
    componentShares(new Map(), shipped).forEach((share, index) =>
      expect(share).toBeCloseTo(shipped.components[index]?.weight ?? NaN, 4),
    );
  });

  it("are how often voices of a reading are of each component", () => {
    const voices = seeds(20_000).map((seed) => ({
      pitch: readTrait("pitch", speakerLatentOf(seed, { ...shipped, clear: [] }), shipped),
      component: componentOf(seed, shipped),
    }));
    for (const hertz of [90, 120, 160]) {
      const near = voices.filter(({ pitch }) => Math.abs(pitch - Math.log(hertz)) < 0.04);
      const shares = componentShares(new Map<TraitName, number>([["pitch", Math.log(hertz)]]), shipped);
      expect(near.length).toBeGreaterThan(200);
      shares.forEach((share, index) => {
        const count = near.filter(({ component }) => component === index).length;
        expect(Math.abs(count / near.length - share)).toBeLessThan(0.08);
      });
    }
  });
});

describe("likeliestComponent", () => {
  it("finds the component of nearly every seed of the shipped voices", () => {
    const found = seeds(500).filter(
      (seed) =>
        likeliestComponent(speakerLatentOf(seed, shipped), shipped) ===
        shipped.components[componentOf(seed, shipped)],
    );
    expect(found.length).toBeGreaterThan(480);
  });
});

describe("logGaussian", () => {
  it("is what the formula gives for two dims", () => {
    const [a, b, c] = [2, 0.5, 1];
    const determinant = a * c - b * b;
    const [x, y] = [0.3, -0.7];
    const form = (c * x * x - 2 * b * x * y + a * y * y) / determinant;
    const covariance = [
      [a, b],
      [b, c],
    ];
    expect(logGaussian([x, y], covariance)).toBeCloseTo(-(form + Math.log(determinant)) / 2, 10);
  });
});
