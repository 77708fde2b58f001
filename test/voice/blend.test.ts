import { describe, expect, it } from "vitest";
import { blend, variant } from "../../runtime/voice/blend.ts";
import { likeliestComponent } from "../../runtime/voice/components.ts";
import { voiceDistance } from "../../runtime/voice/distinctness.ts";
import { speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { describeVoice } from "../../runtime/voice/traits.ts";
import { whiten } from "../../runtime/voice/whitening.ts";
import { seeds, shipped, SPACES, tiny } from "./spaces.ts";

describe.each(SPACES)("blend in the %s space", (_, speaker) => {
  it("goes from the first voice to the second, every trait evenly", () => {
    const first = speakerLatentOf({ lo: 1, hi: 0 }, speaker);
    const second = speakerLatentOf({ lo: 2, hi: 0 }, speaker);
    blend(1, 2, 0, speaker).forEach((value, dim) => expect(value).toBeCloseTo(first[dim] ?? NaN, 5));
    blend(first, 2, 1, speaker).forEach((value, dim) => expect(value).toBeCloseTo(second[dim] ?? NaN, 5));
    const [low, middle, high] = [0, 0.5, 1].map(
      (t) => describeVoice(blend(1, 2, t, speaker), speaker).pitchHz,
    );
    expect(middle).toBeCloseTo(Math.sqrt((low ?? NaN) * (high ?? NaN)), 2);
  });

  it("is the same from either side", () => {
    const there = blend(1, 2, 0.3, speaker);
    blend(2, 1, 0.7, speaker).forEach((value, dim) => expect(value).toBeCloseTo(there[dim] ?? NaN, 5));
  });
});

describe("blend", () => {
  it.each([-0.1, 1.1, NaN])("refuses the share %d", (share) =>
    expect(() => blend(1, 2, share, tiny)).toThrow(/allowed: 0 \(the first\) to 1/),
  );
  it("refuses a latent of another model", () =>
    expect(() => blend(1, new Float32Array(3), 0.5, tiny)).toThrow(RangeError));
});

describe("variant", () => {
  const voices = seeds(40).map((seed) => ({ seed, latent: speakerLatentOf(seed, shipped) }));

  it("gives the voice itself as number 0, and the same siblings each time", () => {
    for (const voice of voices.slice(0, 5)) {
      expect(variant(voice, 0, shipped)).toEqual(voice);
      expect(variant(voice, 3, shipped)).toEqual(variant(voice, 3, shipped));
    }
  });

  it("makes siblings nearer to it than strangers are, yet not the same, with seeds of their own", () => {
    const siblings = voices.map((voice) => [1, 2, 3].map((k) => variant(voice, k, shipped)));
    const near = siblings.map((three, i) =>
      three.map(({ latent }) => voiceDistance(voices[i]?.latent ?? 0, latent, shipped)),
    );
    const strangers = voices.map((voice, i) =>
      voiceDistance(voice.latent, voices.at(i - 1)?.latent ?? 0, shipped),
    );
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(near.flat())).toBeLessThan(0.5 * mean(strangers));
    expect(Math.min(...near.flat())).toBeGreaterThan(0.5);
    for (const three of siblings)
      expect(new Set(three.map(({ seed }) => `${seed.hi} ${seed.lo}`)).size).toBe(3);
  });

  it("keeps siblings in the component of the voice, as usual as any voice there", () => {
    const lengths = voices.map((voice) => {
      const component = likeliestComponent(voice.latent, shipped);
      const { latent } = variant(voice, 1, shipped);
      expect(likeliestComponent(latent, shipped)).toBe(component);
      return Math.hypot(...whiten(latent, component));
    });
    const mean = lengths.reduce((sum, value) => sum + value, 0) / lengths.length;
    expect(Math.abs(mean - Math.sqrt(shipped.dim))).toBeLessThan(0.4);
  });

  it.each([-1, 0.5, NaN, 2 ** 32])("refuses the number %d", (k) =>
    expect(() => variant(voices[0]!, k, shipped)).toThrow(/allowed: a whole number/),
  );
});
