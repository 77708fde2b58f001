import { describe, expect, it } from "vitest";
import { blend, variant } from "../../runtime/voice/blend.ts";
import { distinctDistance, voiceDistance } from "../../runtime/voice/distinctness.ts";
import { speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { describeVoice } from "../../runtime/voice/traits.ts";
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
    for (const voice of voices) {
      const siblings = [1, 2, 3].map((k) => variant(voice, k, shipped));
      for (const { latent } of siblings) {
        const distance = voiceDistance(voice.latent, latent, shipped);
        expect(distance).toBeGreaterThan(1.5);
        expect(distance).toBeLessThan(distinctDistance(shipped));
      }
      expect(new Set(siblings.map(({ seed }) => `${seed.hi} ${seed.lo}`)).size).toBe(3);
    }
  });

  it("makes siblings as usual as any voice", () => {
    const length = (latent: Float32Array) => voiceDistance(latent, Float32Array.from(shipped.mean), shipped);
    const lengths = voices.map((voice) => length(variant(voice, 1, shipped).latent));
    const mean = lengths.reduce((sum, value) => sum + value, 0) / lengths.length;
    expect(Math.abs(mean - Math.sqrt(shipped.dim))).toBeLessThan(0.4);
  });

  it("stays within the bounds of voices spoken well", () => {
    const bounded = { ...shipped, acceptRadius: 4 };
    const { latent } = variant(
      { seed: { lo: 1, hi: 0 }, latent: speakerLatentOf({ lo: 1, hi: 0 }, bounded) },
      1,
      bounded,
    );
    expect(voiceDistance(latent, Float32Array.from(shipped.mean), bounded)).toBeLessThan(4.0001);
  });

  it.each([-1, 0.5, NaN, 2 ** 32])("refuses the number %d", (k) =>
    expect(() => variant(voices[0]!, k, shipped)).toThrow(/allowed: a whole number/),
  );
});
