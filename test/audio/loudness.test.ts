import { describe, expect, it } from "vitest";
import {
  createLoudnessMeter,
  headShelf,
  highPass,
  integratedLoudness,
} from "../../runtime/audio/loudness.ts";

function sine(hz: number, sampleRateHz: number, seconds: number, amplitude = 1): Float32Array {
  return Float32Array.from(
    { length: seconds * sampleRateHz },
    (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / sampleRateHz),
  );
}

function joined(...parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

describe("loudness by ITU-R BS.1770", () => {
  it("has the standard's filters at 48 kHz (tables 1 and 2)", () => {
    const shelf = headShelf(48_000);
    const expectedShelf = [1.53512485958697, -2.69169618940638, 1.19839281085285];
    shelf.b.forEach((value, i) => expect(value).toBeCloseTo(expectedShelf[i] ?? NaN, 9));
    expect(shelf.a[0]).toBeCloseTo(-1.69065929318241, 9);
    expect(shelf.a[1]).toBeCloseTo(0.73248077421585, 9);
    const pass = highPass(48_000);
    expect(pass.b).toEqual([1, -2, 1]);
    expect(pass.a[0]).toBeCloseTo(-1.99004745483398, 9);
    expect(pass.a[1]).toBeCloseTo(0.99007225036621, 9);
  });

  it.each([16_000, 24_000, 48_000])("gives a full-scale sine of 997 Hz -3.01 LUFS at %d Hz", (hz) => {
    expect(integratedLoudness(sine(997, hz, 2), hz)).toBeCloseTo(-3.01, 1);
    expect(integratedLoudness(sine(997, hz, 2, 0.1), hz)).toBeCloseTo(-23.01, 1);
  });

  it("leaves out silence and pauses: both gates", () => {
    const loud = sine(997, 16_000, 2, 0.1);
    const silence = new Float32Array(10 * 16_000);
    const pause = sine(997, 16_000, 10, 0.002);
    const edges = 10 * Math.log10(20 / 23); // 17 whole blocks, and 6 that are partly of the sound
    const expected = integratedLoudness(loud, 16_000) + edges;
    expect(integratedLoudness(joined(silence, loud, silence), 16_000)).toBeCloseTo(expected, 2);
    expect(integratedLoudness(joined(pause, loud, pause), 16_000)).toBeCloseTo(expected, 2);
  });

  it("knows no loudness of silence, and of less than a block", () => {
    expect(integratedLoudness(new Float32Array(16_000), 16_000)).toBe(-Infinity);
    expect(integratedLoudness(sine(997, 16_000, 0.39), 16_000)).toBe(-Infinity);
    expect(integratedLoudness(new Float32Array(0), 16_000)).toBe(-Infinity);
  });

  it("does not depend on how the sound is cut, and counts audible seconds", () => {
    const sound = joined(sine(300, 16_000, 1.3, 0.2), new Float32Array(8000), sine(700, 16_000, 0.9, 0.3));
    const meter = createLoudnessMeter(16_000);
    for (let start = 0; start < sound.length; start += 777) meter.push(sound.subarray(start, start + 777));
    expect(meter.loudness).toBe(integratedLoudness(sound, 16_000));
    expect(meter.seconds).toBeGreaterThan(1.6);
    expect(meter.seconds).toBeLessThan(2.8);
  });
});
