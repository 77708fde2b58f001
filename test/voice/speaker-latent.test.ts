import { describe, expect, it } from "vitest";
import { fillGaussian } from "../../runtime/voice/gaussian.ts";
import { speakerLatentOf, whitenedLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { latentAt } from "../../runtime/voice/whitening.ts";
import { seeds, SPACES, tiny } from "./spaces.ts";

const lengthOf = (vector: ArrayLike<number>) => Math.hypot(...Array.from(vector));

describe.each(SPACES)("the draws of a seed in the %s space", (_, speaker) => {
  const dim = speaker.mean.length;
  const radius = Math.sqrt(dim); // about half of all draws lie within it
  const bounded = { ...speaker, acceptRadius: radius };

  it("are not looked at while there is no bound", () => {
    for (const seed of seeds(50)) {
      const first = fillGaussian(new Float32Array(dim), seed, 0, 0);
      expect(whitenedLatentOf(seed, speaker)).toEqual(first);
    }
  });

  it("go on until one is within the bound: draw n is noise n * S ... n * S + S - 1", () => {
    const used = seeds(300).map((seed) => {
      const draws = Array.from({ length: 64 }, (__, n) =>
        fillGaussian(new Float32Array(dim), seed, 0, n * dim),
      );
      const accepted = draws.findIndex((draw) => lengthOf(draw) <= radius);
      expect(whitenedLatentOf(seed, bounded)).toEqual(draws[accepted]);
      expect(speakerLatentOf(seed, bounded)).toEqual(latentAt(draws[accepted] ?? [], speaker));
      return accepted;
    });
    expect(used.filter((n) => n === 0).length).toBeGreaterThan(90);
    expect(Math.max(...used)).toBeGreaterThan(2);
  });

  it("keep the voice of every seed that was within the bound already", () => {
    const loose = { ...speaker, acceptRadius: 2 * radius };
    const inside = seeds(200).filter((seed) => lengthOf(whitenedLatentOf(seed, speaker)) <= 2 * radius);
    expect(inside.length).toBeGreaterThan(190);
    for (const seed of inside) expect(speakerLatentOf(seed, loose)).toEqual(speakerLatentOf(seed, speaker));
  });
});

it("a bound that no draw meets still gives every seed a voice of its own, on the bound", () => {
  const strict = { ...tiny, acceptRadius: 0.01 };
  const voices = seeds(20).map((seed) => whitenedLatentOf(seed, strict));
  for (const voice of voices) expect(lengthOf(voice)).toBeCloseTo(0.01, 6);
  expect(new Set(voices.map((voice) => voice.join())).size).toBe(20);
});
