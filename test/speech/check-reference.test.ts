import { describe, expect, it } from "vitest";
import { AudioInputError } from "../../runtime/errors.ts";
import { checkReference, normaliseLevel } from "../../runtime/speech/check-reference.ts";
import { glidingVoice, noise, tone } from "./signals.ts";

const RATE_HZ = 16_000;
const voice = (seconds: number, sampleRateHz = RATE_HZ) => glidingVoice(120, sampleRateHz, seconds);
const mono = (samples: Float32Array, sampleRateHz = RATE_HZ) => ({ sampleRateHz, channels: [samples] });
const scaled = (samples: Float32Array, gain: number) =>
  samples.map((sample) => Math.max(-1, Math.min(1, sample * gain)));

function rmsDb(samples: Float32Array): number {
  return 10 * Math.log10(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
}

describe("normaliseLevel", () => {
  it("leaves digital silence as it is", () => {
    expect(normaliseLevel(new Float32Array(4))).toEqual(new Float32Array(4));
  });

  it("gives a quiet tone the level of the training data, whatever it was", () => {
    const [quiet, loud] = [0.01, 0.1].map((gain) =>
      normaliseLevel(tone(220, 16_000, 1).map((v) => v * gain)),
    );
    expect(quiet?.[100]).toBeCloseTo(loud?.[100] ?? NaN, 5);
    expect(Math.max(...(quiet ?? []))).toBeGreaterThan(0.05);
  });
});

describe("check reference", () => {
  it("refuses a recording of 0.2 s and accepts one of 1 s", () => {
    expect(() => checkReference(mono(voice(0.2)))).toThrow("0.20 s long; at least 1 s is needed");
    expect(() => checkReference(mono(new Float32Array(0)))).toThrow(AudioInputError);
    expect(checkReference(mono(voice(1))).samples.length).toBe(RATE_HZ);
    expect(checkReference(mono(voice(1, 44_100), 44_100)).samples.length).toBe(RATE_HZ);
  });

  it("refuses silence, digital or noisy", () => {
    expect(() => checkReference(mono(new Float32Array(RATE_HZ)))).toThrow("silent (digital silence)");
    expect(() => checkReference(mono(scaled(noise(RATE_HZ), 0.003)))).toThrow("at least -50 dBFS is needed");
    const opposite = voice(1);
    expect(() =>
      checkReference({ sampleRateHz: RATE_HZ, channels: [opposite, scaled(opposite, -1)] }),
    ).toThrow("silent");
  });

  it("refuses a clipped recording, in any one channel", () => {
    const clipped = scaled(voice(1), 20);
    expect(() => checkReference(mono(clipped))).toThrow(/clipped \([\d.]+ % of its samples at full scale\)/);
    expect(() => checkReference({ sampleRateHz: RATE_HZ, channels: [voice(1), clipped] })).toThrow("clipped");
  });

  it("accepts peaks that only touch full scale", () => {
    const touching = voice(1).map((sample, i) => (i % 50 === 0 ? 1 : sample));
    expect(checkReference(mono(touching)).warnings).toEqual([]);
  });

  it("refuses samples that are not numbers", () => {
    const broken = voice(1).with(5, Number.NaN);
    expect(() => checkReference(mono(broken))).toThrow("samples that are not numbers");
  });

  it("brings any level to -26 dBFS, with no peak over 0.95", () => {
    for (const gain of [0.02, 0.3, 1]) {
      expect(rmsDb(checkReference(mono(scaled(voice(1), gain))).samples)).toBeCloseTo(-26, 3);
    }
    const spiky = scaled(noise(RATE_HZ), 0.01).map((sample, i) => (i % 4000 === 0 ? 0.9 : sample));
    const { samples } = checkReference(mono(spiky));
    expect(Math.max(...samples)).toBeCloseTo(0.95, 5);
  });

  it("takes stereo at 48 kHz without a word, and the mean of its channels", () => {
    const left = voice(1.5, 48_000);
    const { samples, warnings } = checkReference({
      sampleRateHz: 48_000,
      channels: [left, scaled(left, 0.5)],
    });
    expect(warnings).toEqual([]);
    expect(samples.length).toBe(1.5 * RATE_HZ);
  });

  it("warns of 8 kHz and of what is too long to use", () => {
    expect(checkReference(mono(tone(300, 8000, 1), 8000)).warnings).toEqual([
      "the reference is narrow band (8000 Hz): the voice may be less alike; 16000 Hz or more is better",
    ]);
    const long = checkReference(mono(voice(31)));
    expect(long.samples.length).toBe(30 * RATE_HZ);
    expect(long.warnings).toEqual(["the reference is 31 s long: only its first 30 s are used"]);
  });
});
