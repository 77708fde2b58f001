import { describe, expect, it } from "vitest";
import { CAST, castSeeds } from "../../sample-game/characters/cast.ts";
import { distinctDistance, voiceDistance } from "../../runtime/voice/distinctness.ts";
import { wishTest } from "../../runtime/voice/find-seed.ts";
import { speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { shipped } from "../voice/spaces.ts";

describe("the voices of the village", () => {
  const seeds = castSeeds(shipped);

  it("are as wished, with the shipped weights", () => {
    for (const { name, wish } of CAST) {
      const latent = speakerLatentOf(seeds[name], shipped);
      expect(wishTest(wish, shipped).miss(latent), name).toBe(0);
    }
  });

  it("can be told apart, each from each", () => {
    CAST.forEach(({ name }, i) => {
      for (const other of CAST.slice(0, i)) {
        const distance = voiceDistance(seeds[name], seeds[other.name], shipped);
        expect(distance, `${name} and ${other.name}`).toBeGreaterThanOrEqual(distinctDistance(shipped));
      }
    });
  });

  it("are the same at every start", () => expect(castSeeds(shipped)).toEqual(seeds));
});
