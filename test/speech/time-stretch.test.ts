import { describe, expect, it } from "vitest";
import { createTimeStretcher, stretchedSample } from "../../runtime/speech/time-stretch.ts";
import { cutAtRandom, glidingVoice, largestJump, noise, runPieces, tone } from "./signals.ts";

const RATE_HZ = 16_000;
const SPEEDS = [0.5, 0.8, 0.93, 1.1, 1.37, 2];

const stretch = (samples: Float32Array, speed: number) =>
  runPieces(createTimeStretcher(speed, RATE_HZ), [samples]);

/** Pitch of a tone in the middle half, in Hz, from its upward zero crossings. */
function pitchOf(samples: Float32Array): number {
  const crossings: number[] = [];
  for (let i = Math.floor(samples.length / 4); i < samples.length * 0.75; i += 1) {
    const before = samples[i - 1] ?? 0;
    const after = samples[i] ?? 0;
    if (before < 0 && after >= 0) crossings.push(i - after / (after - before));
  }
  return ((crossings.length - 1) * RATE_HZ) / ((crossings.at(-1) ?? 0) - (crossings[0] ?? 0));
}

describe("time stretch", () => {
  it.each(SPEEDS)("gives a duration of input / %d within one sample", (speed) => {
    for (const length of [1, 100, 240, 1000, 16_007]) {
      expect(stretch(noise(length), speed).length).toBe(stretchedSample(length, speed));
    }
  });

  it.each(SPEEDS)("keeps the pitch of tones within 1 % at speed %d", (speed) => {
    for (const hz of [80, 120, 233, 400]) {
      expect(Math.abs(pitchOf(stretch(tone(hz, RATE_HZ, 1), speed)) / hz - 1)).toBeLessThan(0.01);
    }
  });

  it.each(SPEEDS)("makes no clicks at speed %d: no jump is much larger than those of the input", (speed) => {
    for (const input of [tone(120, RATE_HZ, 1), tone(310, RATE_HZ, 1), glidingVoice(90, RATE_HZ, 1)]) {
      expect(largestJump(stretch(input, speed))).toBeLessThan(1.3 * largestJump(input));
    }
  });

  it.each(SPEEDS)("keeps the loudness of a tone at speed %d", (speed) => {
    const output = stretch(tone(200, RATE_HZ, 1), speed);
    const middle = output.subarray(output.length / 4, output.length * 0.75);
    const rms = Math.sqrt(middle.reduce((sum, sample) => sum + sample ** 2, 0) / middle.length);
    expect(rms / (0.5 / Math.SQRT2)).toBeGreaterThan(0.95);
    expect(rms / (0.5 / Math.SQRT2)).toBeLessThan(1.05);
  });

  it.each(SPEEDS)("gives exactly the same samples however the input is cut at speed %d", (speed) => {
    const input = glidingVoice(110, RATE_HZ, 0.4);
    const whole = stretch(input, speed);
    for (const [longest, seed] of [
      [1, 1],
      [100, 2],
      [1280, 3],
    ] as const) {
      expect(runPieces(createTimeStretcher(speed, RATE_HZ), cutAtRandom(input, longest, seed))).toEqual(
        whole,
      );
    }
  });

  it("moves a sound to where its timings say", () => {
    const input = new Float32Array(RATE_HZ * 2);
    input.set(tone(300, RATE_HZ, 0.2), RATE_HZ);
    for (const speed of SPEEDS) {
      const start = stretch(input, speed).findIndex((sample) => Math.abs(sample) > 0.1);
      expect(Math.abs(start - stretchedSample(RATE_HZ, speed))).toBeLessThan(0.035 * RATE_HZ);
    }
  });

  it("passes speed 1 through untouched, and silence stays silent", () => {
    expect(stretch(noise(5000), 1)).toEqual(noise(5000));
    expect(stretch(new Float32Array(5000), 1.5)).toEqual(new Float32Array(3333));
    expect(stretch(new Float32Array(0), 1.5).length).toBe(0);
  });

  it.each([0.49, 2.01, Number.NaN, -1])("refuses speed %d", (speed) => {
    expect(() => createTimeStretcher(speed, RATE_HZ)).toThrow("speed must be from 0.5 to 2");
  });
});
