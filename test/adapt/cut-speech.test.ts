import { describe, expect, it } from "vitest";
import { cutSpeech } from "../../runtime/adapt/cut-speech.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { glidingVoice } from "../speech/signals.ts";

const manifest = await tinyManifest();
const RATE_HZ = 16_000;
const LEAD_SECONDS = 0.08;

describe("cutting speech", () => {
  it.each([
    ["long silences", 2, 3],
    ["none", 0, 0],
  ])("leaves 80 ms before and 240 ms after, in whole latents, of a recording with %s", (_, before, after) => {
    const voice = glidingVoice(120, RATE_HZ, 1.5);
    const recording = new Float32Array((before + 1.5 + after) * RATE_HZ);
    recording.set(voice, before * RATE_HZ);
    const speech = cutSpeech(recording, manifest, LEAD_SECONDS);
    expect(speech.length % manifest.samplesPerLatent).toBe(0);
    expect(speech.length / RATE_HZ).toBeGreaterThanOrEqual(1.5 + 0.32);
    expect(speech.length / RATE_HZ).toBeLessThan(1.5 + 0.32 + 0.08 + 0.02);
    const first = speech.findIndex((sample) => Math.abs(sample) > 1e-3);
    expect(Math.abs(first / RATE_HZ - 0.08)).toBeLessThan(0.021);
    const power = speech.reduce((sum, sample) => sum + sample * sample, 0) / speech.length;
    expect(10 * Math.log10(power)).toBeCloseTo(-26, 1);
  });
});
