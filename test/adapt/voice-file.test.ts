import { describe, expect, it } from "vitest";
import { crc32 } from "../../runtime/adapt/crc32.ts";
import { adapterOf, startValues } from "../../runtime/adapt/adapter-values.ts";
import { LEARN_SETTINGS } from "../../runtime/adapt/learn-settings.ts";
import { readVoiceFile, writeVoiceFile } from "../../runtime/adapt/voice-file.ts";
import { AdapterError, ConsentError } from "../../runtime/errors.ts";
import { floatToHalf, halfToFloat } from "../../runtime/half.ts";
import { parseManifest } from "../../runtime/manifest.ts";
import { readShipped, tinyManifest } from "../onnx/tiny-weights.ts";
import { learnedVoice } from "./learned-voice.ts";

const manifest = await tinyManifest();
const shipped = parseManifest(new TextDecoder().decode(await readShipped("manifest.json")));
const bytes = writeVoiceFile(learnedVoice(manifest));
const flipped = (at: number) => bytes.with(at, (bytes[at] ?? 0) ^ 0x10);

describe("a voice file", () => {
  it("reads back with its adapter in halves and all else exactly", () => {
    const voice = learnedVoice(manifest);
    const { adapter, ...rest } = readVoiceFile(bytes, manifest);
    const { adapter: written, ...expected } = voice;
    expect(rest).toEqual(expected);
    expect(adapter.rank).toBe(2);
    const halves = (values: Float32Array) => values.map((value) => halfToFloat(floatToHalf(value)));
    expect(adapter.attentionA).toEqual(halves(written.attentionA));
    expect(adapter.attentionB).toEqual(halves(written.attentionB));
    expect(adapter.headA).toEqual(halves(written.headA));
    expect(adapter.headB).toEqual(halves(written.headB));
  });

  it("reads from a Buffer, wherever that begins", () => {
    const shifted = Buffer.concat([Buffer.from([1, 2, 3]), bytes]).subarray(3);
    expect(readVoiceFile(shifted, manifest).name).toBe("Ada, \u00e9tude");
  });

  it("carries the consent and says that it is synthetic", () => {
    const text = Buffer.from(bytes).toString("latin1");
    expect(text).toContain("synthetic speech");
    expect(text).toContain("2026-03-01T12:00:00.000Z");
  });

  it("is at most 1 MB for the shipped model", () => {
    const { rank } = LEARN_SETTINGS;
    const adapter = adapterOf(startValues(rank, shipped, 1), rank, shipped);
    const latent = new Float32Array(shipped.speaker.dim);
    expect(writeVoiceFile(learnedVoice(shipped, { adapter, latent })).length).toBeLessThanOrEqual(1_000_000);
  });

  it.each([
    ["empty", new Uint8Array(0), "the voice file is none: 0 bytes"],
    ["a WAV", new TextEncoder().encode("RIFF1234WAVEfmt and so on"), 'that begin with "RIFF1234"'],
    ["only its first letters", bytes.subarray(0, 12), "is none: 12 bytes"],
    ["cut", bytes.subarray(0, bytes.length - 100), "truncated or has bytes too many"],
    ["too long", Uint8Array.from([...bytes, 0]), "truncated or has bytes too many"],
    ["of another version", bytes.with(8, 2), "version 2; allowed: 1"],
    ["damaged in its text", flipped(80), "its checksum is wrong"],
    ["damaged in its numbers", flipped(bytes.length - 50), "its checksum is wrong"],
    [
      "for another model",
      writeVoiceFile(learnedVoice(manifest, { model: "ab".repeat(32) })),
      "for the model abababababab",
    ],
    [
      "of another size",
      writeVoiceFile(learnedVoice(manifest, { latent: new Float32Array(3) })),
      "has 3 speaker numbers",
    ],
  ])("that is %s is refused", (_, given, message) => {
    expect(() => readVoiceFile(given, manifest)).toThrow(AdapterError);
    expect(() => readVoiceFile(given, manifest)).toThrow(message);
  });

  it("whose adapter does not fit is refused", () => {
    const adapter = { ...learnedVoice(manifest).adapter, headA: new Float32Array(5) };
    expect(() => readVoiceFile(writeVoiceFile(learnedVoice(manifest, { adapter })), manifest)).toThrow(
      AdapterError,
    );
  });

  it("without consent is refused", () => {
    const consent = { ...learnedVoice(manifest).consent, speaker: "" };
    const given = writeVoiceFile(learnedVoice(manifest, { consent }));
    expect(() => readVoiceFile(given, manifest)).toThrow(ConsentError);
  });
});

it("the checksum is that of ZIP and PNG", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});
