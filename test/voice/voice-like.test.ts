import { describe, expect, it } from "vitest";
import { likeliestComponent } from "../../runtime/voice/components.ts";
import { voiceDistance } from "../../runtime/voice/distinctness.ts";
import { findSeed } from "../../runtime/voice/find-seed.ts";
import { componentOf, isClear, speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import {
  componentAxes,
  TRAIT_NAMES,
  TRAIT_REACH,
  toUnit,
  traitAxes,
  traitRange,
} from "../../runtime/voice/trait-space.ts";
import { describeVoice } from "../../runtime/voice/traits.ts";
import { whiten } from "../../runtime/voice/whitening.ts";
import type { VoiceWish } from "../../runtime/voice/voice-wish.ts";
import { voiceLike } from "../../runtime/voice/voice-like.ts";
import { seeds, shipped, SPACES, tiny } from "./spaces.ts";

const BAD_WISHES: readonly [string, unknown][] = [
  ["an unknown trait", { breath: 1 }],
  ["an unknown word", { pitch: "squeaky" }],
  ["a word of another trait", { pace: "deep" }],
  ["a pitch of 0", { pitch: 0 }],
  ["a negative size", { size: -1 }],
  ["NaN", { brightness: NaN }],
  ["infinity", { pace: Infinity }],
  ["a range the wrong way round", { pitch: [200, 100] }],
  ["a range of three", { pitch: [100, 110, 120] }],
  ["an unknown kind", { kind: "dragon" }],
  ["null", { pitch: null }],
];

describe.each([
  ["voiceLike", voiceLike],
  ["findSeed", findSeed],
])("%s", (_, make) => {
  it.each(BAD_WISHES)("refuses %s and says what is allowed", (__, wish) =>
    expect(() => make(wish as VoiceWish, 1, tiny)).toThrow(/allowed/),
  );

  it("refuses a seed that is none", () => expect(() => make({}, "me", tiny)).toThrow(RangeError));
});

describe.each(SPACES)("voiceLike in the %s space", (_, speaker) => {
  const usual = (trait: (typeof TRAIT_NAMES)[number], deviations: number) => {
    const { center, spread } = traitAxes(speaker)[trait];
    return toUnit(trait, center + deviations * spread);
  };
  const wish = { pitch: usual("pitch", -1), size: usual("size", 0.7), brightness: usual("brightness", 1) };

  it("makes the wished traits hold exactly", () => {
    for (const seed of seeds(50)) {
      const { latent, compromises } = voiceLike(wish, seed, speaker);
      const { pitchHz, size, brightness } = describeVoice(latent, speaker);
      expect(compromises).toEqual([]);
      expect(pitchHz / wish.pitch).toBeCloseTo(1, 4);
      expect(size / wish.size).toBeCloseTo(1, 4);
      expect(brightness).toBeCloseTo(wish.brightness, 4);
    }
  });

  it("keeps the component of a seed whose own voice is as wished, more often than not", () => {
    const kept = seeds(100).filter((seed) => {
      const { pitchHz, size } = describeVoice(seed, speaker);
      const { latent } = voiceLike({ pitch: pitchHz, size }, seed, speaker);
      return voiceDistance(seed, latent, speaker) < 0.01;
    });
    expect(kept.length).toBeGreaterThan(60);
  });

  it("leaves the seed's own voice when nothing is wished, or what it already has", () => {
    const own = speakerLatentOf({ lo: 5, hi: 0 }, speaker);
    const { pace } = describeVoice(own, speaker);
    for (const nothing of [{}, { pace }]) {
      voiceLike(nothing, 5, speaker).latent.forEach((value, dim) =>
        expect(value).toBeCloseTo(own[dim] ?? NaN, 4),
      );
    }
  });

  it("stays unique: voices of the same wish from other seeds differ", () => {
    const voices = seeds(30).map((seed) => voiceLike(wish, seed, speaker).latent);
    voices.forEach((voice, i) =>
      voices
        .slice(0, i)
        .forEach((other) => expect(voiceDistance(voice, other, speaker)).toBeGreaterThan(0.2)),
    );
  });

  it("keeps the order of seeds within a wished range", () => {
    const range = [usual("pitch", -2), usual("pitch", -1)] as const;
    const pairs = seeds(40).map((seed) => ({
      own: describeVoice(seed, speaker).pitchHz,
      given: describeVoice(voiceLike({ pitch: range }, seed, speaker).latent, speaker).pitchHz,
    }));
    const given = pairs.toSorted((a, b) => a.own - b.own).map((pair) => pair.given);
    expect(given).toEqual(given.toSorted((a, b) => a - b));
    expect(given[0]).toBeGreaterThanOrEqual(range[0] * 0.9999);
    expect(given.at(-1)).toBeLessThanOrEqual(range[1] * 1.0001);
    expect((given.at(-1) ?? 0) / (given[0] ?? 0)).toBeGreaterThan(1.02);
  });

  it("gives the nearest there is for what the corpus has not, and says so", () => {
    const { latent, compromises } = voiceLike({ pitch: 4000 }, 3, speaker);
    const highest = toUnit("pitch", traitRange("pitch", speaker).high);
    expect(describeVoice(latent, speaker).pitchHz).toBeCloseTo(highest, 1);
    expect(compromises).toHaveLength(1);
    expect(compromises[0]).toMatchObject({ trait: "pitch", because: "range" });
    expect(compromises[0]?.asked.low).toBeCloseTo(4000, 6);
    expect(compromises[0]?.given).toBeCloseTo(highest, 6);
  });

  it("brings extreme wishes together until they are believable, and says so", () => {
    const extreme = {
      pitch: usual("pitch", 2.4),
      size: usual("size", 2.4),
      pace: usual("pace", 2.4),
      brightness: usual("brightness", 2.4),
    };
    const { latent, compromises } = voiceLike(extreme, 3, speaker);
    expect(compromises.map(({ because }) => because)).toContain("together");
    const { pitchHz } = describeVoice(latent, speaker);
    expect(pitchHz).toBeLessThan(extreme.pitch);
    expect(pitchHz).toBeGreaterThan(usual("pitch", 0));
    expect(length(whiten(latent, speaker))).toBeLessThan(10);
  });
});

describe("voiceLike", () => {
  it("moves the seed's voice as little as possible: no other voice of its component with those traits is nearer", () => {
    const wish = { pitch: 150, size: 0.9, brightness: 0.5 };
    const kept = seeds(60).flatMap((seed) => {
      const index = componentOf(seed, shipped);
      const component = shipped.components[index] ?? shipped;
      const { latent } = voiceLike(wish, seed, shipped);
      if (likeliestComponent(latent, shipped) !== component) return [];
      const own = whiten(speakerLatentOf(seed, shipped), component);
      const move = whiten(latent, component).map((z, dim) => z - (own[dim] ?? NaN));
      // the move lies in the span of the wished axes: what is orthogonal to them stays
      const axes = (["pitch", "size", "brightness"] as const).map(
        (trait) => componentAxes(shipped)[index]?.[trait].axis ?? new Float64Array(),
      );
      return [{ moved: length(move), rest: length(residual(move, axes)) }];
    });
    expect(kept.length).toBeGreaterThan(5);
    for (const { moved, rest } of kept) {
      expect(moved).toBeGreaterThan(0.1);
      expect(rest).toBeLessThan(1e-3);
    }
  });

  it("has what only one component can: no seed stays in another", () => {
    const reach = componentAxes(shipped).map(({ pitch }) => pitch.center + TRAIT_REACH * pitch.spread);
    const highest = Math.max(...reach);
    const pitch = Math.exp(highest - 0.01);
    for (const seed of seeds(40)) {
      const { latent, compromises } = voiceLike({ pitch }, seed, shipped);
      expect(compromises).toEqual([]);
      expect(describeVoice(latent, shipped).pitchHz / pitch).toBeCloseTo(1, 4);
      expect(likeliestComponent(latent, shipped)).toBe(shipped.components[reach.indexOf(highest)]);
    }
  });

  it("takes words", () => {
    const { latent, compromises } = voiceLike({ pitch: "deep", pace: "quick" }, 11, shipped);
    expect(compromises).toEqual([]);
    expect(describeVoice(latent, shipped).words).toMatchObject({ pitch: "deep", pace: "quick" });
  });

  it("keeps to components that speak the wish clearly, where there are some", () => {
    const clear = seeds(200).filter((seed) =>
      isClear(voiceLike({ pitch: "deep" }, seed, shipped).latent, shipped),
    );
    const careless = { ...shipped, clear: [] };
    const lucky = seeds(200).filter((seed) =>
      isClear(voiceLike({ pitch: "deep" }, seed, careless).latent, shipped),
    );
    expect(clear.length).toBeGreaterThan(lucky.length);
    expect(clear.length).toBeGreaterThan(180);
  });

  it.each(["child", "woman", "man", "giant", "goblin"] as const)("makes a %s", (kind) => {
    const heard = seeds(20).map((seed) => voiceLike({ kind }, seed, shipped));
    const fine = heard.filter(({ compromises }) => compromises.length === 0);
    expect(fine.length).toBeGreaterThan(10);
    for (const { latent } of fine) expect(describeVoice(latent, shipped).impression).toBe(kind);
  });

  it("lets a trait of its own win over the kind, and says so", () => {
    const { latent, compromises } = voiceLike({ kind: "child", pitch: 100 }, 11, shipped);
    expect(Math.abs(describeVoice(latent, shipped).pitchHz - 100)).toBeLessThan(8); // the child's size pulls a little
    expect(compromises).toContainEqual(expect.objectContaining({ trait: "pitch", because: "kind" }));
  });

  it("survives a model whose traits are one and the same direction", () => {
    const same = { ...tiny, traits: { ...tiny.traits, size: tiny.traits.pitch } };
    const { latent, compromises } = voiceLike({ pitch: 100, size: 180 }, 1, same);
    expect(latent.every(Number.isFinite)).toBe(true);
    expect(compromises.length).toBeGreaterThan(0);
  });
});

describe.each(SPACES)("findSeed in the %s space", (_, speaker) => {
  it("gives the seed itself when it fits", () => {
    const { pitchHz } = describeVoice(77, speaker);
    expect(findSeed({ pitch: pitchHz }, 77, speaker)).toMatchObject({ seed: { lo: 77, hi: 0 }, fits: true });
  });

  it("gives a seed whose own voice fits, another for another start, always the same", () => {
    const pitch = toUnit("pitch", traitAxes(speaker).pitch.center + 1.5 * traitAxes(speaker).pitch.spread);
    const found = seeds(20).map((seed) => findSeed({ pitch, pace: "steady" }, seed, speaker));
    for (const { seed, fits } of found) {
      const { pitchHz } = describeVoice(seed, speaker);
      expect(fits).toBe(true);
      expect(Math.abs(Math.log(pitchHz / pitch))).toBeLessThanOrEqual(speaker.traits.pitch.error + 1e-6);
    }
    expect(new Set(found.map(({ seed }) => `${seed.hi} ${seed.lo}`)).size).toBe(20);
    expect(found).toEqual(seeds(20).map((seed) => findSeed({ pitch, pace: "steady" }, seed, speaker)));
  });

  it("gives the nearest of those tried when none fits", () => {
    const wish = { pitch: 5000, size: 3, pace: 9, brightness: 40 };
    const { seed, fits, compromises } = findSeed(wish, 1, speaker);
    expect(fits).toBe(false);
    expect(compromises).toHaveLength(4);
    expect(describeVoice(seed, speaker).pitchHz).toBeGreaterThan(Math.exp(traitAxes(speaker).pitch.center));
  });
});

function length(vector: ArrayLike<number>): number {
  return Math.hypot(...Array.from(vector));
}

/** What is left of a vector when its parts along the axes are taken away (Gram-Schmidt). */
function residual(vector: Float64Array, axes: readonly Float64Array[]): Float64Array {
  const along = (v: Float64Array, unit: Float64Array) =>
    v.reduce((sum, value, i) => sum + value * (unit[i] ?? 0), 0);
  const without = (v: Float64Array, units: readonly Float64Array[]) =>
    units.reduce((rest, unit) => {
      const part = along(rest, unit);
      return rest.map((value, i) => value - part * (unit[i] ?? 0));
    }, v);
  const units: Float64Array[] = [];
  for (const axis of axes) {
    const rest = without(axis, units);
    units.push(rest.map((value) => value / length(rest)));
  }
  return without(vector, units);
}
