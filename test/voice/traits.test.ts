import { describe, expect, it } from "vitest";
import { speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { TRAIT_NAMES, traitAxes } from "../../runtime/voice/trait-space.ts";
import { impressionOf, TRAIT_WORDS, wordOf, wordRange } from "../../runtime/voice/trait-words.ts";
import { describeVoice } from "../../runtime/voice/traits.ts";
import { latentAt, whiten } from "../../runtime/voice/whitening.ts";
import { seeds, shipped, SPACES, tiny } from "./spaces.ts";

describe.each(SPACES)("describeVoice in the %s space", (_, speaker) => {
  it("reads the manifest's fit: weights . latent + bias, in the units people use", () => {
    for (const seed of seeds(20)) {
      const latent = speakerLatentOf(seed, speaker);
      const fit = TRAIT_NAMES.map((name) => {
        const { weights, bias } = speaker.traits[name];
        return weights.reduce((sum, weight, dim) => sum + weight * (latent[dim] ?? NaN), bias);
      });
      const { pitchHz, size, pace, brightness } = describeVoice(seed, speaker);
      [Math.log(pitchHz), Math.log(size), Math.log(pace), brightness].forEach((value, i) =>
        expect(value).toBeCloseTo(fit[i] ?? NaN, 4),
      );
    }
  });

  it("says the same of a seed and of its latent", () => {
    const [seed = { lo: 0, hi: 0 }] = seeds(1);
    const ofLatent = describeVoice(speakerLatentOf(seed, speaker), speaker);
    const ofSeed = describeVoice(seed, speaker);
    expect(ofLatent.words).toEqual(ofSeed.words);
    expect(ofLatent.pitchHz).toBeCloseTo(ofSeed.pitchHz, 3);
  });

  it("gives every error in the unit of its trait", () => {
    const { pitchHz, errors } = describeVoice(7, speaker);
    expect(errors.pitchHz).toBeCloseTo(pitchHz * (Math.exp(speaker.traits.pitch.error) - 1), 6);
    expect(errors.brightness).toBeCloseTo(speaker.traits.brightness.error, 6);
  });

  it("knows how readings spread over seeds", () => {
    const many = seeds(4000).map((seed) => describeVoice(seed, speaker));
    const readings = many.map(({ pitchHz }) => Math.log(pitchHz));
    const mean = readings.reduce((sum, value) => sum + value, 0) / readings.length;
    const deviation = Math.sqrt(
      readings.reduce((sum, value) => sum + (value - mean) ** 2, 0) / readings.length,
    );
    const { center, spread } = traitAxes(speaker).pitch;
    expect(Math.abs(mean - center)).toBeLessThan(0.06 * spread);
    expect(Math.abs(deviation / spread - 1)).toBeLessThan(0.05);
  });

  it("whitens a latent into what it was made of", () => {
    const whitened = Float64Array.from(speaker.mean, (__, dim) => Math.sin(dim + 1));
    const back = whiten(latentAt(whitened, speaker), speaker);
    whitened.forEach((value, dim) => expect(back[dim]).toBeCloseTo(value, 5));
  });
});

describe("the words of a voice", () => {
  it("cover every value with one word, and each word gives back its own range", () => {
    for (const name of TRAIT_NAMES) {
      for (const { word } of TRAIT_WORDS[name]) {
        const range = wordRange(name, word);
        const inside = Math.max(range?.low ?? NaN, -10) + 1e-6;
        expect(wordOf(name, inside)).toBe(word);
        expect(inside).toBeLessThan(range?.high ?? NaN);
      }
    }
  });

  it("tell children, women, men, giants and goblins by pitch and size", () => {
    expect(impressionOf(240, 0.75)).toBe("child");
    expect(impressionOf(200, 0.86)).toBe("woman");
    expect(impressionOf(110, 1)).toBe("man");
    expect(impressionOf(80, 1.15)).toBe("giant");
    expect(impressionOf(100, 0.8)).toBe("goblin");
    expect(impressionOf(200, 1.1)).toBe("grown");
  });

  it("occur: seeds of the shipped weights are of several kinds", () => {
    const kinds = new Set(seeds(400).map((seed) => describeVoice(seed, shipped).impression));
    expect(kinds).toContain("woman");
    expect(kinds).toContain("man");
    expect(kinds.size).toBeGreaterThan(3);
  });
});

describe("describeVoice", () => {
  it.each([new Float32Array(3), new Float32Array(8).fill(NaN)])("refuses the latent %o", (latent) =>
    expect(() => describeVoice(latent, tiny)).toThrow(/allowed: 8 finite numbers/),
  );

  it("refuses a seed that is none", () => expect(() => describeVoice("me", tiny)).toThrow(RangeError));
});
