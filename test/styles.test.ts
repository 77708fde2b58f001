import { describe, expect, it } from "vitest";
import { conditioningOf, conditioningSize, gainOf, isStyleName, STYLE_NAMES } from "../runtime/styles.ts";
import { tinyManifest } from "./onnx/tiny-weights.ts";

const manifest = await tinyManifest();
const SPEAKER = Float32Array.from({ length: manifest.speaker.dim }, (_, dim) => dim - 3.5);

describe("conditioning", () => {
  it("is the speaker latent and the intensity of each style of the model", () => {
    expect(manifest.styles).toEqual(["whisper", "shout"]);
    expect(conditioningSize(manifest)).toBe(SPEAKER.length + 2);
    const conditioning = conditioningOf(SPEAKER, manifest, { style: "shout", intensity: 0.5 });
    expect([...conditioning]).toEqual([...SPEAKER, 0, 0.5]);
  });

  it("is 0 for neutral speech, and as long as the speaker for a model without styles", () => {
    expect([...conditioningOf(SPEAKER, manifest)]).toEqual([...SPEAKER, 0, 0]);
    const plain = { ...manifest, styles: [] };
    expect(conditioningSize(plain)).toBe(SPEAKER.length);
    expect([...conditioningOf(SPEAKER, plain)]).toEqual([...SPEAKER]);
  });
});

describe("styles", () => {
  it("are known by name", () => {
    expect(STYLE_NAMES.every(isStyleName)).toBe(true);
    expect(["neutral", "Whisper", "", "toString"].some(isStyleName)).toBe(false);
  });

  it("are played softer or louder by their intensity", () => {
    expect(gainOf(undefined)).toBe(1);
    expect(20 * Math.log10(gainOf({ style: "whisper", intensity: 1 }))).toBeCloseTo(-9);
    expect(20 * Math.log10(gainOf({ style: "whisper", intensity: 0.5 }))).toBeCloseTo(-4.5);
    expect(gainOf({ style: "shout", intensity: 0.3 })).toBeGreaterThan(1);
  });
});
