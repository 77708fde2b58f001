import { describe, expect, it } from "vitest";
import { spectrogramOf } from "../../../plugin/preview/spectrogram.ts";
import { waveformOf } from "../../../plugin/preview/waveform.ts";

describe("spectrogramOf", () => {
  const sine = Float32Array.from(
    { length: 16_000 },
    (_, n) => 0.1 * Math.sin((2 * Math.PI * 1000 * n) / 16_000),
  );

  it("shows a sine as one line at its frequency and level", () => {
    const { columns, bins, hop, decibels } = spectrogramOf(sine);
    expect(columns).toBe(Math.floor(16_000 / hop) + 1);
    const column = [...decibels.subarray(60 * bins, 61 * bins)];
    const loudest = column.indexOf(Math.max(...column));
    expect((loudest * 8000) / (bins - 1)).toBe(1000);
    expect(column[loudest]).toBeCloseTo(-20, 3);
    expect(column[loudest + 8]).toBeLessThan(-60);
  });

  it("gives silence its floor, and nothing for nothing", () => {
    expect(spectrogramOf(new Float32Array(1000)).decibels.every((level) => level === -100)).toBe(true);
    expect(spectrogramOf(new Float32Array(0))).toMatchObject({ columns: 0, decibels: new Float32Array(0) });
  });
});

describe("waveformOf", () => {
  it("gives the least and the greatest sample of each part", () => {
    const samples = Float32Array.of(0.1, 0.5, -0.2, -0.75, 0.25, 0);
    expect([...waveformOf(samples, 2)]).toEqual([Math.fround(-0.2), 0.5, -0.75, 0.25]);
  });

  it("leaves parts without samples empty", () =>
    expect([...waveformOf(new Float32Array(0), 3)]).toEqual([0, 0, 0, 0, 0, 0]));
});
