import { describe, expect, it } from "vitest";
import { fromInt8Rows, int8RowBytes, toInt8Rows } from "../runtime/int8-rows.ts";
import { noise } from "./webgpu/run-kernel.ts";

describe("int8 rows", () => {
  it("hold the largest magnitude of a row and bytes in proportion to it", () => {
    const packed = toInt8Rows(Float32Array.of(1, -2, 0.5, 0.004, 0, 0, 0, 0), 4);
    const view = new DataView(packed.buffer);
    expect(packed).toHaveLength(2 * int8RowBytes(4));
    expect([view.getFloat32(0, true), view.getFloat32(8, true)]).toEqual([2, 0]);
    expect([...new Int8Array(packed.buffer, 4, 4)]).toEqual([64, -127, 32, 0]);
    expect([...new Int8Array(packed.buffer, 12, 4)]).toEqual([0, 0, 0, 0]);
  });

  it.each([
    [1, 4],
    [7, 12],
    [3, 260],
  ])("of %i rows of %i give every weight back within half a step of its row", (rows, columns) => {
    const values = noise(rows * columns, rows).map(
      (value, at) => value * 10 ** (Math.floor(at / columns) - 3),
    );
    const given = fromInt8Rows(toInt8Rows(values, columns), columns);
    expect(given).toHaveLength(values.length);
    for (let row = 0; row < rows; row++) {
      let largest = 0;
      for (let k = 0; k < columns; k++) largest = Math.max(largest, Math.abs(values[row * columns + k]!));
      for (let k = 0; k < columns; k++) {
        const error = Math.abs(given[row * columns + k]! - values[row * columns + k]!);
        expect(error).toBeLessThanOrEqual((1.0001 * largest) / 254);
      }
    }
  });

  it.each([
    [5, 15],
    [6, 31],
    [7, 63],
  ])("of %i bits take the whole numbers up to %i, halves upwards", (bits, most) => {
    const rows = toInt8Rows(Float32Array.of(-2 * most, 3, -3, 1, -1, most), 6, bits);
    expect([...new Int8Array(rows.buffer, 4)]).toEqual([-most, 2, -1, 1, 0, Math.round(most / 2)]);
    expect([...fromInt8Rows(rows, 6, bits)]).toEqual(
      Array.from([-2 * most, 4, -2, 2, 0, 2 * Math.round(most / 2)], Math.fround),
    );
  });

  it("stay as they are when they are rounded again", () => {
    const packed = toInt8Rows(noise(5 * 20, 2), 20);
    expect(toInt8Rows(fromInt8Rows(packed, 20), 20)).toEqual(packed);
  });
});
