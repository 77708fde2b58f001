import { describe, expect, it } from "vitest";
import { WeightsError } from "../runtime/errors.ts";
import { parseManifest, parseModelManifest } from "../runtime/manifest.ts";
import { officialManifestJson } from "./onnx/official-weights.ts";
import { tinyManifestJson } from "./onnx/tiny-weights.ts";

const json = await tinyManifestJson();
const officialJson = await officialManifestJson();

/** A manifest with the value at a key path replaced, or removed when it is undefined. */
function changed(path: string, value: unknown, text = json): string {
  const manifest: unknown = JSON.parse(text);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.reduce((object, key) => (object as Record<string, unknown>)[key], manifest);
  (parent as Record<string, unknown>)[last] = value;
  return JSON.stringify(manifest);
}

function messageOf(text: string, parse: (text: string) => unknown = parseManifest): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof WeightsError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("parseManifest", () => {
  it("gives every value of the exported manifest", () => {
    expect(parseManifest(json)).toEqual(JSON.parse(json));
  });

  it("accepts a model without pointer and with llama3 RoPE scaling", () => {
    const scaling = { factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPosition: 8192 };
    const official = JSON.parse(changed("languageModel.ropeScaling", scaling)) as { languageModel: object };
    const text = JSON.stringify({ ...official, languageModel: { ...official.languageModel, pointer: null } });
    expect(parseManifest(text).languageModel).toMatchObject({ ropeScaling: scaling, pointer: null });
  });

  it("accepts a model without styles", () => {
    expect(parseManifest(changed("styles", [])).styles).toEqual([]);
  });

  it("refuses a clear range of a trait that it does not know", () => {
    const message = messageOf(changed("speaker.clear", [{ trait: "age", low: 0, high: 1 }]));
    expect(message).toContain('"speaker.clear[0].trait" is "age"; allowed: "pitch" or "size"');
  });

  it("refuses a style that it does not know", () => {
    const message = messageOf(changed("styles", ["whisper", "singing"]));
    expect(message).toContain('"styles[1]" is "singing"; allowed: "whisper" or "shout"');
  });

  it.each([
    ["version", 2, "1"],
    ["format", "gguf", '"kalliope-weights"'],
    ["sampleRateHz", undefined, "missing"],
    ["languageModel.layers", 2.5, "a whole number of at least 1"],
    ["languageModel.dim", "32", "a whole number"],
    ["languageModel.typo", 1, "no such key"],
    ["languageModel.prefixAttention", "sliding", '"bidirectional" or "causal"'],
    ["languageModel.pointer.ages", 0, "at least 1"],
    ["languageModel.heads", 3, "a divisor of languageModel.dim"],
    ["decoder.kind", "wavenet", '"source-filter" or "bigvgan"'],
    ["decoder.kind", undefined, '"source-filter" or "bigvgan"'],
    ["encoder.kind", "mel", '"spectrum" or "waveform"'],
    ["encoder.kind", null, '"spectrum" or "waveform"'],
    ["decoder.delayLatents", 0, "at least 1"],
    ["decoder.kernels", [5], "one entry per entry of decoder.channels"],
    ["decoder.strides", [4, 4], "samplesPerLatent"],
    ["decoder.channels", [], "an array that is not empty"],
    ["encoder.strides", [2], "one entry per step"],
    ["encoder.pitch", null, "an object"],
    ["encoder.pitch.channels", [8, 12], "one entry per entry of encoder.channels"],
    ["encoder.pitch.blocks", [1], "one entry per entry of encoder.channels"],
    ["speaker.mean", [0], "speaker.dim numbers"],
    ["speaker.cholesky", [[1, 0]], "lower triangular"],
    ["speaker.components", undefined, "missing"],
    ["speaker.components", [], "an array that is not empty"],
    ["speaker.traits.pitch.weights", [0.5], "speaker.dim numbers"],
    ["speaker.traits.pace", undefined, "missing"],
    ["speaker.audible", [[1, 0]], "rows of speaker.dim numbers"],
    ["speaker.clear", undefined, "missing"],
    ["speaker.clear", [{ trait: "size", low: 0.1, high: -0.1 }], "low is below their high"],
    ["stop.maxAge", 12, "below languageModel.pointer.ages"],
    ["sampling.temperature", -1, "at least 0"],
    ["symbols", ["<s>", "<pad>"], "<pad> first"],
    ["styles", undefined, "an array"],
    ["styles", ["whisper", "whisper"], "distinct names"],
    ["files", [], "an object"],
    ["flow", null, "an object"],
  ])("refuses %s = %j naming key and what is allowed", (path, value, allowed) => {
    const message = messageOf(changed(path, value));
    expect(message).toContain(`"${path}"`);
    expect(message).toContain(allowed);
  });

  it("takes an encoder that names no kind as one of spectra", () => {
    expect(parseManifest(changed("encoder.kind", undefined))).toEqual(JSON.parse(json));
  });

  it("takes an encoder of one trunk, as of weights made before there was a second", () => {
    const { encoder } = parseManifest(changed("encoder.pitch", undefined));
    expect(encoder).toMatchObject({ kind: "spectrum" });
    expect(encoder).not.toHaveProperty("pitch");
  });

  it("refuses the keys of another kind of decoder", () => {
    expect(messageOf(changed("decoder.kind", "bigvgan"))).toContain(
      '"decoder.fftSize" is 640; allowed: no such key',
    );
  });

  it("refuses a model without speaker encoder, which has no voices", () => {
    expect(messageOf(officialJson)).toMatch(
      /"official-tiny" have no speaker encoder .* Use weights with one/,
    );
  });

  it.each([
    ["mean", [0], "means of speaker.dim numbers"],
    ["cholesky", [[1, 0]], "factors of speaker.dim rows, lower triangular"],
    ["weight", 0.5, "weights that sum up to 1"],
  ])("refuses components with %s = %j", (key, value, allowed) => {
    const message = messageOf(changed(`speaker.components.1.${key}`, value));
    expect(message).toContain('"speaker.components"');
    expect(message).toContain(allowed);
  });

  it("names the index of a bad array entry and the name of a bad file entry", () => {
    expect(messageOf(changed("decoder.channels", [24, -1, 16]))).toContain('"decoder.channels[1]" is -1');
    const damaged = { "a.onnx": { bytes: 1, sha256: "0".repeat(64), shrunkenFrom: "no" } };
    expect(messageOf(changed("files", damaged))).toContain('"files.a.onnx.shrunkenFrom"');
    expect(messageOf(changed("files", { "a.onnx": { bytes: 1, sha256: "no" } }))).toContain(
      '"files.a.onnx.sha256"',
    );
  });

  it.each(["", "<!doctype html>", "[]", "null", "7"])("refuses %j, which is not a manifest", (text) => {
    expect(messageOf(text)).toContain("manifest.json");
    expect(messageOf(text)).not.toBe("accepted");
  });
});

describe("parseModelManifest", () => {
  const messageOfModel = (text: string) => messageOf(text, parseModelManifest);

  it("gives every value of a model in the official geometry", () => {
    expect(parseModelManifest(officialJson)).toEqual(JSON.parse(officialJson));
  });

  it.each([
    ["decoder.delayLatents", 5, "6, which the other sizes look ahead"],
    ["decoder.rates", [5, 4, 4], "product = samplesPerLatent"],
    ["decoder.channels", 36, "a multiple of 2 to the number of decoder.rates"],
    ["decoder.inputKernel", 6, "odd numbers"],
    ["decoder.filterTaps", 34, "even numbers up to 32"],
    ["decoder.hidden", [1], "no such key"],
    ["encoder.rates", [2, 4, 4], "one entry per step between encoder.channels"],
    ["encoder.rates", [2, 4, 4, 4], "product = samplesPerLatent"],
    ["encoder.layers", 0, "at least 1"],
    ["encoder.fftSize", 640, "no such key"],
    ["styles", ["whisper"], "none without a speaker"],
  ])("refuses %s = %j naming key and what is allowed", (path, value, allowed) => {
    const message = messageOfModel(changed(path, value, officialJson));
    expect(message).toContain(`"${path}"`);
    expect(message).toContain(allowed);
  });
});
