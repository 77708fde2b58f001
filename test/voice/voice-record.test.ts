import { describe, expect, it } from "vitest";
import { blend } from "../../runtime/voice/blend.ts";
import { voiceDistance } from "../../runtime/voice/distinctness.ts";
import { readVoiceRecord } from "../../runtime/voice/read-voice-record.ts";
import { speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { describeVoice } from "../../runtime/voice/traits.ts";
import { voiceLike } from "../../runtime/voice/voice-like.ts";
import { recordVoice, restoreVoice } from "../../runtime/voice/voice-record.ts";
import { seeds, shipped, SPACES, tiny } from "./spaces.ts";

describe.each(SPACES)("a stored voice in the %s space", (_, speaker) => {
  const throughJson = (record: unknown) => readVoiceRecord(JSON.stringify(record));

  it("is the same again: a seed", () => {
    for (const seed of seeds(10)) {
      const restored = restoreVoice(throughJson(recordVoice({ seed }, speaker)), speaker);
      expect(restored).toEqual({ seed, latent: speakerLatentOf(seed, speaker), same: true });
    }
  });

  it("is the same again: a seed with a wish", () => {
    const wish = { kind: "man", pace: [0.9, 1] } as const;
    const restored = restoreVoice(throughJson(recordVoice({ seed: 8, wish }, speaker)), speaker);
    expect(restored).toMatchObject({ latent: voiceLike(wish, 8, speaker).latent, same: true });
  });

  it("is nearly the same at first and then exactly: a blend", () => {
    const latent = blend(1, 2, 0.5, speaker);
    const record = throughJson(recordVoice({ seed: 3, latent }, speaker));
    const restored = restoreVoice(record, speaker);
    expect(voiceDistance(latent, restored.latent, speaker)).toBeLessThan(0.25);
    const again = recordVoice({ seed: 3, latent: restored.latent }, speaker);
    expect(again.latent).toBe(record.latent);
    expect(restoreVoice(again, speaker)).toEqual(restored);
  });

  it("says that other weights make it another voice, and gives one alike", () => {
    const components = speaker.components.map((component) => ({
      ...component,
      mean: component.mean.map((value) => value + 0.01),
    }));
    const other = { ...speaker, components };
    for (const seed of seeds(10)) {
      const record = recordVoice({ seed }, speaker);
      const restored = restoreVoice(record, other);
      expect(restored.same).toBe(false);
      expect(restored.seed).toEqual(seed);
      const ratio = describeVoice(restored.latent, other).pitchHz / describeVoice(seed, speaker).pitchHz;
      expect(Math.abs(Math.log(ratio))).toBeLessThan(0.12);
    }
  });

  it("says so too when only the shares of the components moved", () => {
    const record = recordVoice({ seed: 1 }, speaker);
    const components = speaker.components.map((component) => ({ ...component, weight: 1 }));
    expect(restoreVoice(record, { ...speaker, components }).same).toBe(false);
  });

  it("is small", () => {
    expect(JSON.stringify(recordVoice({ seed: 2n ** 64n - 1n }, speaker)).length).toBeLessThan(128);
    const latent = blend(1, 2, 0.5, speaker);
    expect(JSON.stringify(recordVoice({ seed: 2n ** 64n - 1n, latent }, speaker)).length).toBeLessThan(192);
  });
});

describe("readVoiceRecord", () => {
  const good = recordVoice({ seed: 42, wish: { pitch: "deep" } }, shipped);

  it("takes JSON text and parsed objects", () => {
    expect(readVoiceRecord(good)).toEqual(good);
    expect(readVoiceRecord(JSON.stringify(good))).toEqual(good);
  });

  it.each<[string, unknown, RegExp]>([
    ["text that is not JSON", "{seed", /not JSON/],
    ["an error page", "<!doctype html>", /not JSON/],
    ["nothing", undefined, /is missing/],
    ["null", null, /is null/],
    ["a list", [good], /allowed: an object/],
    ["an unknown key", { ...good, volume: 1 }, /"volume".*no such key/],
    ["no version", { ...good, version: undefined }, /"version".*is missing/],
    ["a version to come", { ...good, version: 2 }, /"version".*is 2; allowed: 1/],
    ["no seed", { ...good, seed: undefined }, /"seed"/],
    ["a seed that is no text", { ...good, seed: 42 }, /"seed"/],
    ["a seed that is none", { ...good, seed: "0xme" }, /"seed"/],
    ["a seed of 65 bits", { ...good, seed: "0x10000000000000000" }, /"seed"/],
    ["another space name", { ...good, space: "small" }, /"space"/],
    ["three traits", { ...good, traits: [100, 1, 1] }, /"traits"/],
    ["a pitch of 0", { ...good, traits: [0, 1, 1, 0] }, /"traits"/],
    ["a wish that is a word", { ...good, wish: "deep" }, /"wish"/],
    ["a wish with an unknown trait", { ...good, wish: { breath: 1 } }, /no trait "breath"/],
    ["a latent that is no base64", { ...good, latent: "§§§" }, /"latent"/],
  ])("refuses %s", (_, stored, message) => expect(() => readVoiceRecord(stored)).toThrow(message));

  it("refuses a latent of another size when it is restored", () => {
    const ofTiny = recordVoice({ seed: 1, latent: speakerLatentOf({ lo: 1, hi: 0 }, tiny) }, tiny);
    expect(() => restoreVoice({ ...ofTiny, space: good.space }, shipped)).toThrow(/allowed: 32 bytes/);
  });

  it.each([new Float32Array(3), new Float32Array(8).fill(Infinity)])(
    "refuses to store the latent %o",
    (latent) => expect(() => recordVoice({ seed: 1, latent }, tiny)).toThrow(/allowed: 8 finite numbers/),
  );
});
