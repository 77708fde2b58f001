import { describe, expect, it } from "vitest";
import type { SourceFilterSizes } from "../runtime/autoencoder-sizes.ts";
import {
  breathOf,
  conditioningOf,
  conditioningSize,
  gainOf,
  isStyleName,
  STYLE_NAMES,
  stylesOf,
} from "../runtime/styles.ts";
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
    expect(20 * Math.log10(gainOf({ style: "whisper", intensity: 1 }))).toBeCloseTo(-5);
    expect(20 * Math.log10(gainOf({ style: "whisper", intensity: 0.5 }))).toBeCloseTo(-2.5);
    expect(gainOf({ style: "shout", intensity: 0.3 })).toBeGreaterThan(1);
  });

  it("are those that the model has learned, and a whisper where the decoder makes one", () => {
    const { breath, ...mute } = manifest.decoder as SourceFilterSizes;
    expect(breath).toBe(true);
    expect(stylesOf({ ...manifest, styles: ["shout"] })).toEqual(["whisper", "shout"]);
    expect(stylesOf({ ...manifest, styles: ["shout", "whisper"] })).toEqual(["whisper", "shout"]);
    expect(stylesOf({ ...manifest, styles: ["shout"], decoder: mute })).toEqual(["shout"]);
    expect(stylesOf({ ...manifest, styles: [], decoder: mute })).toEqual([]);
  });

  it("leave the voice but in a whisper, which loses all of it at five eighths of its intensity", () => {
    expect(breathOf(undefined)).toBe(0);
    expect(breathOf({ style: "weary", intensity: 1 })).toBe(0);
    expect(breathOf({ style: "whisper", intensity: 0.25 })).toBeCloseTo(0.4);
    expect(breathOf({ style: "whisper", intensity: 0.625 })).toBe(1);
    expect(breathOf({ style: "whisper", intensity: 1 })).toBe(1);
  });
});
