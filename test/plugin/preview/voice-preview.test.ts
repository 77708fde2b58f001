import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  createVoicePreview,
  type VoicePreview,
  type VoicePreviewOptions,
} from "../../../plugin/preview/voice-preview.ts";
import { VOICE_LOUDNESS } from "../../../plugin/voice-loudness.ts";
import { integratedLoudness } from "../../../runtime/audio/loudness.ts";
import { findWavChunks } from "../../../runtime/audio/wav-chunks.ts";
import { parseWav } from "../../../runtime/audio/parse-wav.ts";
import { createSynthesizer, VoiceTextError, type Synthesizer } from "../../../runtime/index.ts";
import { variant } from "../../../runtime/voice/blend.ts";
import { voiceDistance } from "../../../runtime/voice/distinctness.ts";
import { describeVoice } from "../../../runtime/voice/traits.ts";
import { readVoiceRecord } from "../../../runtime/voice/read-voice-record.ts";
import { readTiny } from "../../onnx/tiny-weights.ts";
import { createRecordingOutput } from "../recording-output.ts";

let synthesizer: Synthesizer;
beforeAll(async () => {
  synthesizer = await createSynthesizer({ read: readTiny, backend: "onnx" });
});
afterAll(() => synthesizer.dispose());

const open: VoicePreview[] = [];
afterEach(() => open.splice(0).forEach((preview) => preview.dispose()));

function create(options: Partial<VoicePreviewOptions> = {}) {
  const output = createRecordingOutput(synthesizer.manifest.sampleRateHz);
  let now = 0;
  const preview = createVoicePreview({
    synthesizer,
    output,
    text: "Hello there.",
    clock: () => (now += 10),
    ...options,
  });
  open.push(preview);
  return { preview, output };
}

async function samplesOf(text: string, seed: number): Promise<number[]> {
  const samples: number[] = [];
  for await (const chunk of synthesizer.speak(text, { voice: { seed } })) samples.push(...chunk.samples);
  return samples;
}

describe("speaking", () => {
  it("sounds as the game does: the same samples as `speak`, in the output and on the line", async () => {
    const { preview, output } = create();
    preview.setSeed(42);
    const line = await preview.speak();
    const expected = await samplesOf("Hello there.", 42);
    expect([...line.samples]).toEqual(expected);
    output.play(60_000);
    expect([...(output.sinks[0]?.heard() ?? [])]).toEqual(expected);
    expect(output.sinks[0]?.ended).toBe(true);
    expect(preview.state.lines.a).toBe(line);
  });

  it("plays a voice it has measured at the game's loudness, and exports it so", async () => {
    const { sampleRateHz } = synthesizer.manifest;
    const { preview, output } = create({ text: "The bridge is out, but the old ferry still runs tonight." });
    const { samples } = await preview.speak();
    await preview.speak();
    const offBefore = Math.abs(integratedLoudness(samples, sampleRateHz) - VOICE_LOUDNESS);
    const gain = output.sinks[1]?.options.gain ?? NaN;
    const played = integratedLoudness(
      samples.map((sample) => sample * gain),
      sampleRateHz,
    );
    expect(offBefore).toBeGreaterThan(0.2);
    expect(Math.abs(played - VOICE_LOUDNESS)).toBeLessThan(0.5 * offBefore);
    const exported = parseWav(preview.exportWav() ?? new Uint8Array()).channels[0] ?? new Float32Array();
    expect(integratedLoudness(exported, sampleRateHz)).toBeCloseTo(played, 1);
  });

  it("tells words in order with their times, and the cost by the clock", async () => {
    const { samples, words, cost, state } = await create().preview.speak();
    expect(state).toBe("computed");
    expect(words.map(({ text }) => text)).toEqual(["Hello", "there"]);
    words.forEach(({ startSeconds, endSeconds }) => expect(endSeconds).toBeGreaterThanOrEqual(startSeconds));
    expect(words[1]?.startSeconds).toBeGreaterThanOrEqual(words[0]?.endSeconds ?? NaN);
    expect(cost.audioSeconds).toBeCloseTo(samples.length / synthesizer.manifest.sampleRateHz, 9);
    expect(cost.firstSoundMs).toBeGreaterThan(0);
    expect(cost.computeMs).toBeGreaterThanOrEqual(cost.firstSoundMs);
    expect(cost.frameMs).toBeCloseTo(1000 / 60 / cost.timesRealTime, 9);
    expect(cost.timesRealTime).toBeCloseTo((1000 * cost.audioSeconds) / cost.computeMs, 9);
  });

  it("plays a line again without computing it, and computes it when voice or text changed", async () => {
    let computed = 0;
    const counting = {
      manifest: synthesizer.manifest,
      speak: (...args: Parameters<Synthesizer["speak"]>) => {
        computed += 1;
        return synthesizer.speak(...args);
      },
    };
    const { preview, output } = create({ synthesizer: counting });
    const first = await preview.speak();
    expect(await preview.speak()).toBe(first);
    expect(computed).toBe(1);
    expect(output.sinks).toHaveLength(2);
    preview.setSeed(5);
    expect((await preview.speak()).samples).not.toEqual(first.samples);
    preview.setText("Good bye.");
    await preview.speak();
    expect(computed).toBe(3);
  });

  it("ends what is being said when it speaks anew, and gives the sink back", async () => {
    const { preview, output } = create({ text: "One two three four five six seven eight nine ten." });
    const first = preview.speak();
    const second = preview.speak();
    expect(await first).toMatchObject({ state: "stopped" });
    expect(await second).toMatchObject({ state: "computed" });
    expect(output.sinks[0]?.released).toBe(true);
    expect(preview.state.lines.a).toBe(await second);
  });

  it("stops", async () => {
    const { preview, output } = create({ text: "One two three four five six seven eight nine ten." });
    const line = preview.speak();
    preview.stop();
    expect(await line).toMatchObject({ state: "stopped" });
    expect(preview.state.lines.a).toMatchObject({ state: "stopped" });
    expect(output.sinks.every(({ released }) => released)).toBe(true);
  });

  it("has a line that cannot be said as a value", async () => {
    const { preview } = create({ text: "   " });
    const line = await preview.speak();
    expect(line.state).toBe("failed");
    expect(line.error).toBeInstanceOf(VoiceTextError);
    expect(preview.exportWav()).toBeUndefined();
  });

  it("speaks without an output, and when the output has no place", async () => {
    const full = { open: () => undefined };
    const lines = [
      createVoicePreview({ synthesizer, text: "Hi." }),
      create({ output: full, text: "Hi." }).preview,
    ];
    for (const preview of lines) expect((await preview.speak()).samples.length).toBeGreaterThan(1280);
  });

  it("knows where the ear is", async () => {
    const { preview, output } = create();
    expect(preview.playedSeconds).toBe(0);
    await preview.speak();
    output.play(50);
    expect(preview.playedSeconds).toBeCloseTo(0.05, 6);
  });
});

describe("choosing a voice", () => {
  it("holds traits while the seed changes, and lets them go", () => {
    const { preview } = create();
    const { speaker } = synthesizer.manifest;
    preview.setTrait("pitch", 130);
    for (let i = 0; i < 5; i++) {
      expect(preview.nextSeed()).toBe(true);
      expect(preview.state.voices.a.description.pitchHz).toBeCloseTo(130, 2);
    }
    preview.setTrait("pitch", undefined);
    const { seed, description } = preview.state.voices.a;
    const own = describeVoice(seed, speaker);
    expect(description.pitchHz).toBeCloseTo(own.pitchHz, 3);
    expect(own.pitchHz).not.toBeCloseTo(130, 0);
  });

  it("walks the same seeds each time", () => {
    const [first, second] = [create().preview, create().preview];
    const walk = (preview: VoicePreview) => [1, 2, 3].map(() => (preview.nextSeed(), preview.seedText));
    const seeds = walk(first);
    expect(new Set(seeds).size).toBe(3);
    expect(walk(second)).toEqual(seeds);
  });

  it("settles on a seed that is as wished by itself", async () => {
    const { preview } = create();
    preview.setTrait("pitch", 140);
    preview.settleOnSeed();
    const { record, wish, description } = preview.state.voices.a;
    expect(wish).toEqual({});
    expect(record.wish).toBeUndefined();
    expect(Math.abs(Math.log(description.pitchHz / 140))).toBeLessThan(0.06);
  });

  it("keeps two sides apart, copies one to the other, and tells of every change", () => {
    const { preview } = create();
    let told = 0;
    const forget = preview.onChange.add(() => (told += 1));
    preview.setSeed(7);
    preview.select("b");
    preview.setSeed(8);
    expect(preview.state.voices.a.seed.lo).toBe(7);
    expect(preview.state.voices.b.seed.lo).toBe(8);
    preview.copyToOther();
    expect(preview.state.voices.a).toBe(preview.state.voices.b);
    expect(told).toBe(4);
    forget();
    preview.setSeed(9);
    expect(told).toBe(4);
  });

  it("puts siblings on the other side, one after the other", () => {
    const { preview } = create();
    const { speaker } = synthesizer.manifest;
    const { a } = preview.state.voices;
    const siblings = [1, 2].map((number) => {
      expect(preview.siblingToOther()).toBe(true);
      const { b } = preview.state.voices;
      expect(voiceDistance(b.latent, variant(a, number, speaker).latent, speaker)).toBeLessThan(0.2);
      return b;
    });
    expect(siblings[0]?.seed).not.toEqual(siblings[1]?.seed);
    expect(preview.state.voices.a).toBe(a);
  });

  it("does not change a locked side", () => {
    const { preview } = create();
    preview.setLocked(true);
    const { a } = preview.state.voices;
    const tried = [
      preview.setSeed(3),
      preview.nextSeed(),
      preview.setTrait("pace", "quick"),
      preview.settleOnSeed(),
      preview.applyJson(preview.componentJson()),
    ];
    preview.select("b");
    expect([...tried, preview.copyToOther(), preview.siblingToOther()]).toEqual(Array(7).fill(false));
    expect(preview.state.voices.a).toBe(a);
    preview.select("a");
    preview.setLocked(false);
    expect(preview.setSeed(3)).toBe(true);
  });

  it.each(["me", -1, 2 ** 53])("refuses the seed %s and keeps the voice", (seed) => {
    const { preview } = create();
    const before = preview.state;
    expect(() => preview.setSeed(seed)).toThrow(RangeError);
    expect(preview.state).toBe(before);
  });

  it("refuses a value a trait has not, and reports one the corpus has not", () => {
    const { preview } = create();
    expect(() => preview.setTrait("pitch", -5)).toThrow(/allowed/);
    preview.setTrait("pitch", 5000);
    expect(preview.state.voices.a.compromises).toMatchObject([{ trait: "pitch", because: "range" }]);
  });
});

describe("taking a voice along", () => {
  it("gives component JSON that makes the same voice elsewhere", () => {
    const [from, to] = [create().preview, create().preview];
    from.setSeed("0xfeedface12345678");
    from.setTrait("pace", 1.05);
    expect(from.seedText).toBe("0xfeedface12345678");
    to.applyJson(from.componentJson());
    expect(to.state.voices.a).toEqual(from.state.voices.a);
    expect(readVoiceRecord(from.componentJson()).wish).toEqual({ pace: 1.05 });
  });

  it.each(["", "{", "[]", '{"seed":42}', '{"version":9}'])(
    "refuses the JSON %s and keeps the voice",
    (json) => {
      const { preview } = create();
      const before = preview.state;
      expect(() => preview.applyJson(json)).toThrow(RangeError);
      expect(preview.state).toBe(before);
    },
  );

  it("says when a record is of other weights", () => {
    const { preview } = create();
    const record = { ...readVoiceRecord(preview.componentJson()), space: "0123456789abcdef" };
    preview.applyJson(JSON.stringify(record));
    expect(preview.state.voices.a.same).toBe(false);
    expect(readVoiceRecord(preview.componentJson()).space).not.toBe(record.space);
  });

  it("exports the last line as a WAV that says it is synthetic, and whose voice it is", async () => {
    const { preview } = create();
    const line = await preview.speak();
    const json = preview.componentJson();
    preview.nextSeed();
    const wav = preview.exportWav() ?? new Uint8Array();
    const { sampleRateHz, channels } = parseWav(wav);
    expect(sampleRateHz).toBe(synthesizer.manifest.sampleRateHz);
    expect(channels[0]).toHaveLength(line.samples.length);
    expect(findWavChunks(wav, "").data.view.byteLength).toBe(line.samples.length * 2);
    expect(new TextDecoder("latin1").decode(wav)).toContain(`synthetic speech ${json}`);
  });
});
