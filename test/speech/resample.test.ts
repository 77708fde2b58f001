import { describe, expect, it } from "vitest";
import { createResampler, resampleAll } from "../../runtime/speech/resample.ts";
import { amplitudeAt, cutAtRandom, noise, runPieces, tone } from "./signals.ts";

const RATES: readonly (readonly [number, number])[] = [
  [16_000, 48_000],
  [16_000, 44_100],
  [44_100, 16_000],
  [48_000, 16_000],
  [8_000, 16_000],
  [22_050, 16_000],
  [16_000, 11_025],
];

const decibels = (ratio: number) => 20 * Math.log10(ratio);

describe("resample", () => {
  it.each(RATES)("keeps a tone's level and gives ceil(n * to / from) samples, %d -> %d Hz", (from, to) => {
    const input = tone(1000, from, 0.3);
    const output = resampleAll(input, from, to);
    expect(output.length).toBe(Math.ceil((input.length * to) / from));
    expect(Math.abs(decibels(amplitudeAt(output, 1000, to) / 0.5))).toBeLessThan(0.05);
  });

  it.each(RATES)("keeps time: the output is the same tone, sample by sample, %d -> %d Hz", (from, to) => {
    const output = resampleAll(tone(440, from, 0.3), from, to);
    const wanted = tone(440, to, 0.3);
    const middle = wanted.subarray(1000, wanted.length - 1000);
    const worst = middle.reduce(
      (most, sample, i) => Math.max(most, Math.abs(sample - (output[i + 1000] ?? 0))),
      0,
    );
    expect(worst).toBeLessThan(1e-3);
  });

  it("keeps 90 % of the band flat within 0.5 dB", () => {
    const output = resampleAll(tone(7200, 16_000, 0.3), 16_000, 48_000);
    expect(Math.abs(decibels(amplitudeAt(output, 7200, 48_000) / 0.5))).toBeLessThan(0.5);
  });

  it.each([500, 3000, 6000, 7500])(
    "rejects the images of a %d Hz tone by 60 dB when raising the rate",
    (hz) => {
      const output = resampleAll(tone(hz, 16_000, 0.3), 16_000, 48_000);
      for (const image of [16_000 - hz, 16_000 + hz]) {
        expect(decibels(amplitudeAt(output, image, 48_000) / 0.5)).toBeLessThan(-60);
      }
    },
  );

  it.each([8100, 9000, 12_000, 15_500, 20_000])("rejects a %d Hz tone by 60 dB when it would alias", (hz) => {
    const output = resampleAll(tone(hz, 48_000, 0.3), 48_000, 16_000);
    const alias = Math.abs(hz - 16_000 * Math.round(hz / 16_000));
    expect(decibels(amplitudeAt(output, alias, 16_000) / 0.5)).toBeLessThan(-60);
  });

  it.each(RATES)("gives exactly the same samples however the input is cut, %d -> %d Hz", (from, to) => {
    const input = noise(3001);
    const whole = resampleAll(input, from, to);
    for (const seed of [1, 2, 3]) {
      expect(runPieces(createResampler(from, to), cutAtRandom(input, 200, seed))).toEqual(whole);
    }
    expect(runPieces(createResampler(from, to), cutAtRandom(input.subarray(0, 50), 1, 4))).toEqual(
      resampleAll(input.subarray(0, 50), from, to),
    );
  });

  it("passes equal rates through and makes nothing of nothing", () => {
    expect(resampleAll(noise(100), 16_000, 16_000)).toEqual(noise(100));
    expect(resampleAll(new Float32Array(0), 16_000, 48_000).length).toBe(0);
  });

  it("refuses rates that are not positive whole numbers", () => {
    expect(() => createResampler(0, 16_000)).toThrow("positive whole numbers of Hz, not 0 and 16000");
    expect(() => createResampler(16_000, 44_100.5)).toThrow(RangeError);
  });
});
