import { describe, expect, it } from "vitest";
import { WeightsError } from "../runtime/errors.ts";
import { parseManifest } from "../runtime/manifest.ts";
import { tinyManifestJson } from "./onnx/tiny-weights.ts";

const json = await tinyManifestJson();

/** The tiny manifest with the value at a key path replaced, or removed when it is undefined. */
function changed(path: string, value: unknown): string {
  const manifest: unknown = JSON.parse(json);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.reduce((object, key) => (object as Record<string, unknown>)[key], manifest);
  (parent as Record<string, unknown>)[last] = value;
  return JSON.stringify(manifest);
}

function messageOf(text: string): string {
  try {
    parseManifest(text);
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
    ["decoder.kind", "bigvgan", '"source-filter"'],
    ["decoder.delayLatents", 0, "at least 1"],
    ["decoder.kernels", [5], "one entry per entry of decoder.channels"],
    ["decoder.strides", [4, 4], "samplesPerLatent"],
    ["decoder.channels", [], "an array that is not empty"],
    ["encoder.strides", [2], "one entry per step"],
    ["speaker.mean", [0], "speaker.dim numbers"],
    ["speaker.cholesky", [[1, 0]], "lower triangular"],
    ["speaker.components", undefined, "missing"],
    ["speaker.components", [], "an array that is not empty"],
    ["speaker.traits.pitch.weights", [0.5], "speaker.dim numbers"],
    ["speaker.traits.pace", undefined, "missing"],
    ["speaker.audible", [[1, 0]], "rows of speaker.dim numbers"],
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
    expect(messageOf(changed("files", { "a.onnx": { bytes: 1, sha256: "no" } }))).toContain(
      '"files.a.onnx.sha256"',
    );
  });

  it.each(["", "<!doctype html>", "[]", "null", "7"])("refuses %j, which is not a manifest", (text) => {
    expect(messageOf(text)).toContain("manifest.json");
    expect(messageOf(text)).not.toBe("accepted");
  });
});
