import { describe, expect, it } from "vitest";
import { castVoices, createCast, type CastKey } from "../../runtime/voice/cast.ts";
import {
  audiblePart,
  distanceOf,
  distinctDistance,
  voiceDistance,
} from "../../runtime/voice/distinctness.ts";
import type { Seed } from "../../runtime/voice/seed.ts";
import { speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { describeVoice } from "../../runtime/voice/traits.ts";
import type { VoiceWish } from "../../runtime/voice/voice-wish.ts";
import { latentAt, whiten } from "../../runtime/voice/whitening.ts";
import { seeds, shipped, SPACES } from "./spaces.ts";

function leastDistance(voices: readonly Seed[]): number {
  const heard = voices.map((seed) => audiblePart(speakerLatentOf(seed, shipped), shipped));
  const nearest = heard.map((voice, i) =>
    heard.slice(0, i).reduce((least, other) => Math.min(least, distanceOf(voice, other)), Infinity),
  );
  return nearest.reduce((least, distance) => Math.min(least, distance), Infinity);
}

/** [K][S] the first K whitened values: rows of the inverse of the Cholesky factor. */
function someAudible(count: number): number[][] {
  const { mean } = shipped;
  const columns = mean.map((_, column) =>
    whiten(
      Float64Array.from(mean, (center, row) => center + (row === column ? 1 : 0)),
      shipped,
    ),
  );
  return Array.from({ length: count }, (_, row) => columns.map((column) => column[row] ?? 0));
}

/** A permutation of a list that is the same at every run. */
function shuffled<T>(list: readonly T[], salt: number): T[] {
  const order = list.map((item, i) => ({ item, rank: Math.imul(i + 1, 0x9e3779b9 ^ salt) >>> 0 }));
  return order.toSorted((a, b) => a.rank - b.rank).map(({ item }) => item);
}

describe.each(SPACES)("distinctDistance in the %s space", (_, speaker) => {
  it("is what 95 % of pairs of random voices keep", () => {
    const pairs = seeds(4000);
    const distances = pairs
      .filter((__, i) => i % 2 === 0)
      .map((seed, i) => voiceDistance(seed, pairs[2 * i + 1] ?? seed, speaker));
    const kept = distances.filter((distance) => distance >= distinctDistance(speaker)).length;
    expect(Math.abs(kept / distances.length - 0.95)).toBeLessThan(0.015);
  });
});

describe("voices of a model that hears few directions", () => {
  const few = { ...shipped, audible: someAudible(4) };
  const uneven = {
    ...shipped,
    audible: someAudible(7).map((row, k) => row.map((value) => value * Math.sqrt(k + 1))),
  };
  const pairs = seeds(4000);

  it("are told apart by what is audible alone", () => {
    const [first, second] = [1, 2].map((lo) => whiten(speakerLatentOf({ lo, hi: 0 }, few), few));
    const inaudible = first?.map((value, dim) => (dim < 4 ? value : (second?.[dim] ?? 0)));
    const voice = (whitened: Float64Array | undefined) => latentAt(whitened ?? [], few);
    expect(voiceDistance(voice(first), voice(inaudible), few)).toBeCloseTo(0, 4);
    expect(voiceDistance(voice(first), voice(second), few)).toBeCloseTo(
      distanceOf(first?.subarray(0, 4) ?? [], second?.subarray(0, 4) ?? []),
      4,
    );
  });

  it.each([
    ["few", few],
    ["unevenly heard", uneven],
  ])("have their own distance that 95 % keep: %s", (_, speaker) => {
    const distances = pairs.slice(2000).map((seed, i) => voiceDistance(seed, pairs[i] ?? seed, speaker));
    const kept = distances.filter((distance) => distance >= distinctDistance(speaker)).length;
    expect(Math.abs(kept / distances.length - 0.95)).toBeLessThan(0.015);
  });

  it("are cast apart", () => {
    for (const world of seeds(20)) {
      const { voices, report } = castVoices(20, {}, world, few);
      expect(report.tooNear).toEqual([]);
      const heard = voices.map(({ seed }) => audiblePart(speakerLatentOf(seed, few), few));
      heard.forEach((voice, i) => {
        for (const other of heard.slice(0, i)) {
          expect(distanceOf(voice, other)).toBeGreaterThanOrEqual(distinctDistance(few));
        }
      });
    }
  });
});

describe("castVoices", () => {
  it("keeps 20 who meet apart, in each of 100 worlds", () => {
    const least = seeds(100).map((world) => {
      const { voices, report } = castVoices(20, {}, world, shipped);
      expect(report).toMatchObject({ members: 20, tooNear: [], unfit: [] });
      return leastDistance(voices.map(({ seed }) => seed));
    });
    expect(Math.min(...least)).toBeGreaterThanOrEqual(distinctDistance(shipped));
  });

  it("is always the same for the same seed, and another crowd for another", () => {
    expect(castVoices(30, {}, 5, shipped)).toEqual(castVoices(30, {}, 5, shipped));
    expect(castVoices(30, {}, 5, shipped).voices).not.toEqual(castVoices(30, {}, 6, shipped).voices);
  });

  it("keeps to wishes, for all or one by one", () => {
    const deep = castVoices(20, { wish: { pitch: "deep" } }, 5, shipped);
    expect(deep.report).toMatchObject({ tooNear: [], unfit: [] });
    for (const { seed } of deep.voices) expect(describeVoice(seed, shipped).words.pitch).toBe("deep");
    const wish = (index: number): VoiceWish => ({ size: index % 2 === 0 ? "small" : "large" });
    const mixed = castVoices(20, { wish }, 5, shipped).voices.map(({ seed }) => describeVoice(seed, shipped));
    mixed.forEach(({ words }, index) => expect(words.size).toBe(wish(index).size));
  });

  it("does its best with more members than the distance allows, and says who is too near", () => {
    const { voices, report } = castVoices(600, {}, 5, shipped);
    expect(voices).toHaveLength(600);
    expect(new Set(voices.map(({ seed }) => `${seed.hi} ${seed.lo}`)).size).toBe(600);
    expect(report.tooNear.length).toBeGreaterThan(0);
    expect(report.least).toBeLessThan(report.distance);
    expect(report.least).toBeGreaterThan(0.3 * report.distance);
    const random = leastDistance(seeds(600));
    expect(leastDistance(voices.map(({ seed }) => seed))).toBeGreaterThan(random);
  });

  it("does its best with a wish nobody fulfils, and says so", () => {
    const wish = { pitch: 9000, size: 5, pace: 20, brightness: 60 };
    const { voices, report } = castVoices(3, { wish }, 5, shipped);
    expect(report.unfit).toEqual([0, 1, 2]);
    expect(voices.every(({ fits }) => !fits)).toBe(true);
  });

  it("casts nobody when asked for nobody", () =>
    expect(castVoices(0, {}, 1, shipped)).toMatchObject({
      voices: [],
      report: { members: 0, least: Infinity },
    }));

  it.each([-1, 1.5, NaN])("refuses a cast of %d", (count) =>
    expect(() => castVoices(count, {}, 1, shipped)).toThrow(/allowed: a whole number/),
  );
  it.each([-1, NaN])("refuses the distance %d", (distance) =>
    expect(() => castVoices(2, { distance }, 1, shipped)).toThrow(/allowed: a number of at least 0/),
  );
  it("refuses a bad wish and a bad seed", () => {
    expect(() => castVoices(2, { wish: { pitch: -3 } }, 1, shipped)).toThrow(RangeError);
    expect(() => castVoices(2, {}, "me", shipped)).toThrow(RangeError);
  });
});

describe("createCast", () => {
  const keys: readonly CastKey[] = Array.from({ length: 24 }, (_, n) => (n % 2 === 0 ? n : `guard ${n}`));

  it("gives a member the same voice again, and tells 1 from '1'", () => {
    const cast = createCast(shipped);
    expect(cast.assign("mira")).toBe(cast.assign("mira"));
    expect(cast.assign(1).seed).not.toEqual(cast.assign("1").seed);
  });

  it("keeps those who meet apart while members come and go", () => {
    const cast = createCast(shipped, { seed: 3 });
    const present = new Map<number, Seed>();
    for (let event = 0; event < 400; event++) {
      if (present.size > 15) {
        const [oldest = 0] = present.keys();
        cast.release(oldest);
        present.delete(oldest);
      }
      present.set(event, cast.assign(event).seed);
      if (event % 40 === 39) {
        expect(leastDistance([...present.values()])).toBeGreaterThanOrEqual(distinctDistance(shipped));
      }
    }
    expect(cast.report).toMatchObject({ members: 16, tooNear: [] });
  });

  it("compares only with those near, when they are named", () => {
    const cast = createCast(shipped, { distance: 1e6 });
    cast.assign("far away");
    expect(cast.assign("alone", { near: [] })).toMatchObject({ nearest: Infinity, distinct: true });
    const crowded = cast.assign("met", { near: ["alone", "nobody"] });
    expect(crowded.distinct).toBe(false);
    expect(crowded.nearest).toBeCloseTo(voiceDistance(crowded.seed, cast.assign("alone").seed, shipped), 4);
  });

  it("gives a roster the same voices whatever order it spawns or was written in", () => {
    const voicesOf = (order: readonly CastKey[], roster: readonly CastKey[]) => {
      const cast = createCast(shipped, { seed: 9, roster: roster.map((key) => ({ key })) });
      const voices = new Map(order.map((key) => [key, cast.assign(key)]));
      return keys.map((key) => voices.get(key));
    };
    const first = voicesOf(keys, keys);
    for (const salt of [1, 2, 3])
      expect(voicesOf(shuffled(keys, salt), shuffled(keys, salt + 9))).toEqual(first);
  });

  it("puts strangers round the roster, and keeps its wishes", () => {
    const cast = createCast(shipped, { roster: [{ key: "king", wish: { pitch: "deep" } }] });
    expect(cast.report).toMatchObject({ members: 1 });
    const stranger = cast.assign("stranger", { wish: { pitch: "deep" } });
    const king = cast.assign("king");
    expect(describeVoice(king.seed, shipped).words.pitch).toBe("deep");
    expect(voiceDistance(king.seed, stranger.seed, shipped)).toBeGreaterThanOrEqual(
      distinctDistance(shipped),
    );
  });

  it("takes back a member nobody knows without harm", () => {
    const cast = createCast(shipped);
    cast.assign(1);
    cast.release("nobody");
    expect(cast.report.members).toBe(1);
  });

  it("gives the voice back after release to the same member in the same company", () => {
    const cast = createCast(shipped);
    cast.assign("a");
    const { seed } = cast.assign("b");
    cast.release("b");
    expect(cast.assign("b").seed).toEqual(seed);
  });
});
