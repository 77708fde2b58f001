import { describe, expect, it } from "vitest";
import { CEPSTRUM_SIZE, melCepstraOf } from "../../runtime/audio/mel-cepstrum.ts";
import { vowel } from "../adapt/fake-backend.ts";

const RATE_HZ = 16_000;
const HOP = 320;
const shapeAt = (samples: Float32Array, window: number) => [
  ...melCepstraOf(samples, RATE_HZ, HOP).shape.subarray(window * CEPSTRUM_SIZE, (window + 1) * CEPSTRUM_SIZE),
];
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, i) => value - (b[i] ?? 0)));

describe("mel cepstra", () => {
  it("have one window for every whole hop, none for less", () => {
    expect(melCepstraOf(new Float32Array(10 * HOP + 5), RATE_HZ, HOP)).toMatchObject({ windows: 10 });
    expect(melCepstraOf(new Float32Array(HOP - 1), RATE_HZ, HOP).windows).toBe(0);
  });

  it("of silence are flat, and finite", () => {
    const { energy, shape } = melCepstraOf(new Float32Array(5 * HOP), RATE_HZ, HOP);
    expect(energy.every((value) => Number.isFinite(value) && value === energy[0])).toBe(true);
    expect(shape.every((value) => Math.abs(value) < 1e-5)).toBe(true);
  });

  it("tell vowels apart better than pitches", () => {
    const [low, high] = [vowel(110, 700, 20 * HOP), vowel(160, 700, 20 * HOP)];
    const other = vowel(110, 2400, 20 * HOP);
    expect(distance(shapeAt(low, 10), shapeAt(high, 10))).toBeLessThan(
      0.5 * distance(shapeAt(low, 10), shapeAt(other, 10)),
    );
  });

  it("put loudness into the energy: 20 dB are ln 100", () => {
    const loud = vowel(110, 700, 20 * HOP).map((sample) => sample * 20);
    const soft = loud.map((sample) => sample / 10);
    const at = (samples: Float32Array) => melCepstraOf(samples, RATE_HZ, HOP).energy[10] ?? 0;
    expect(at(loud) - at(soft)).toBeCloseTo(Math.log(100), 2);
  });

  it("show what sounds in the middle of a window where it sounds", () => {
    const samples = new Float32Array(20 * HOP);
    samples.set(vowel(110, 700, HOP), 12 * HOP);
    const { energy } = melCepstraOf(samples, RATE_HZ, HOP);
    expect(energy.indexOf(Math.max(...energy))).toBe(12);
  });
});
