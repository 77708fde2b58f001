import { expect, it } from "vitest";
import { playerRows } from "../../../plugin/audio/phase-rows.ts";

it.each([44_100, 48_000, 96_000, 22_050])("gives every phase unit gain at 0 Hz, 16 kHz -> %d Hz", (hz) => {
  const { phases, step, taps, rows } = playerRows(16_000, hz);
  expect(phases / step).toBeCloseTo(hz / 16_000, 12);
  for (let phase = 0; phase < phases; phase += 1) {
    const row = rows.subarray(phase * taps, (phase + 1) * taps);
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  }
});

it("passes samples of an equal rate through", () => {
  const { taps, rows } = playerRows(16_000, 16_000);
  expect([...rows]).toEqual([1, 0]);
  expect(taps).toBe(2);
});

it("refuses a context below the model's rate, and rates that are none", () => {
  expect(() => playerRows(16_000, 8000)).toThrow("The audio context runs at 8000 Hz");
  expect(() => playerRows(0, 48_000)).toThrow(RangeError);
});
