import { describe, expect, it } from "vitest";
import { createVoiceLoudness, VOICE_LOUDNESS } from "../../plugin/voice-loudness.ts";
import { integratedLoudness } from "../../runtime/audio/loudness.ts";
import { createFakeBackend } from "../speech/fake-backend.ts";
import { glidingVoice } from "../speech/signals.ts";
import { createStage, manifest, stageWith } from "./stage.ts";

const HZ = manifest.sampleRateHz;
const decibels = (gain: number) => 20 * Math.log10(gain);

/** A buzz of a loudness. */
function buzz(lufs: number, seconds: number, pitchHz = 140): Float32Array {
  const sound = glidingVoice(pitchHz, HZ, seconds);
  const factor = 10 ** ((lufs - integratedLoudness(sound, HZ)) / 20);
  return sound.map((sample) => sample * factor);
}

describe("matching the loudness of voices", () => {
  it("brings voices that are 6 dB apart within 1 dB by a line of 6 s", () => {
    const loudness = createVoiceLoudness(HZ, VOICE_LOUDNESS);
    const played = [-3, 3].map((off) => {
      const voice = `${off} dB off`;
      const sound = buzz(VOICE_LOUDNESS + off, 6, 150 + 10 * off);
      for (let start = 0; start < sound.length; start += 15_360)
        loudness.hear(voice, sound.subarray(start, start + 15_360));
      return integratedLoudness(sound, HZ) + decibels(loudness.gainOf(voice));
    });
    for (const level of played) expect(Math.abs(level - VOICE_LOUDNESS)).toBeLessThan(1);
  });

  it("leaves a voice that was not heard, or only silence of it", () => {
    const loudness = createVoiceLoudness(HZ, VOICE_LOUDNESS);
    expect(loudness.gainOf("a stranger")).toBe(1);
    loudness.hear("silent", new Float32Array(5 * HZ));
    expect(loudness.gainOf("silent")).toBe(1);
  });

  it("moves a known voice less and less, and by at most 12 dB", () => {
    const loudness = createVoiceLoudness(HZ, VOICE_LOUDNESS);
    const steps = Array.from({ length: 30 }, () => {
      const before = loudness.gainOf("quiet");
      loudness.hear("quiet", buzz(-60, 1));
      return decibels(loudness.gainOf("quiet") / before);
    });
    expect(steps[0]).toBeGreaterThan(1);
    expect(Math.abs(steps.at(-1) ?? NaN)).toBeLessThan(0.2);
    expect(decibels(loudness.gainOf("quiet"))).toBeLessThanOrEqual(12.001);
    expect(decibels(loudness.gainOf("quiet"))).toBeGreaterThan(11);
  });

  it("refuses a loudness that is none", () => {
    for (const loudness of [Number.NaN, 3, -200])
      expect(() => createStage({ loudness })).toThrow(/allowed: -70 to 0 LUFS/);
  });
});

describe("matched voices in a world", () => {
  /** Decodes everything at another level. */
  function quieterBackend(factor: number) {
    const backend = createFakeBackend(manifest);
    return {
      ...backend,
      decode: async (handles: readonly number[]) =>
        (await backend.decode(handles)).map((samples) => samples.map((sample) => sample * factor)),
    };
  }

  const TEXT = "There was a mill by the river once, and an old bridge, and nobody knows who built them.";

  /** How loud the fake is by itself. */
  async function spokenLoudness(): Promise<number> {
    const { voices, npc, output, over } = createStage({ loudness: "as spoken" });
    await over(voices.speak(npc({ seed: 3 }), TEXT));
    return integratedLoudness(output.sinks[0]?.heard() ?? new Float32Array(), HZ);
  }

  async function loudnessOfSecondLine(factor: number, gain: number): Promise<number> {
    const { voices, npc, output, over } = stageWith(quieterBackend(factor), manifest);
    const eid = npc({ seed: 3, gain });
    await over(voices.speak(eid, TEXT));
    await over(voices.speak(eid, `${TEXT} Again.`));
    const sink = output.sinks[1];
    const level = integratedLoudness(sink?.heard() ?? new Float32Array(), HZ);
    return level + decibels(sink?.options.gain ?? NaN);
  }

  it("plays a line at the gain that the lines before have shown, over which the component's gain counts", async () => {
    const towards = VOICE_LOUDNESS - (await spokenLoudness());
    const [louder, quieter] = [10 ** ((towards + 3) / 20), 10 ** ((towards - 3) / 20)];
    const loud = await loudnessOfSecondLine(louder, 1);
    const quiet = await loudnessOfSecondLine(quieter, 1);
    const doubled = await loudnessOfSecondLine(quieter, 2);
    expect(Math.abs(loud - VOICE_LOUDNESS)).toBeLessThan(1);
    expect(Math.abs(quiet - VOICE_LOUDNESS)).toBeLessThan(1);
    expect(doubled - quiet).toBeCloseTo(6.02, 1);
  });

  it("measures neutral speech only, so that a whisper stays softer than other lines of its voice", async () => {
    const gainAfter = async (text: string, style?: "whisper") => {
      const { voices, npc, output, over } = stageWith(quieterBackend(0.5), manifest);
      const eid = npc({ seed: 3 });
      await over(voices.speak(eid, text, { ...(style && { style }) }));
      await over(voices.speak(eid, "Again."));
      return output.sinks[1]?.options.gain;
    };
    expect(await gainAfter(TEXT, "whisper")).toBe(1);
    expect(await gainAfter(`<shout>${TEXT}</shout>`)).toBe(1);
    expect(await gainAfter(TEXT)).not.toBe(1);
  });

  it("leaves voices as the model speaks when that is asked for", async () => {
    const { voices, npc, output, over } = createStage({ loudness: "as spoken" });
    const eid = npc({ seed: 3 });
    await over(voices.speak(eid, TEXT));
    await over(voices.speak(eid, TEXT));
    expect(output.sinks.map(({ options, gains }) => [options.gain, ...gains])).toEqual([[1], [1]]);
  });
});
