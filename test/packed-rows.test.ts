import { describe, expect, it } from "vitest";
import { int8RowBytes, toInt8Rows } from "../runtime/int8-rows.ts";
import { packedRowBytes, packRows, unpackRows } from "../runtime/packed-rows.ts";
import { noise } from "./webgpu/run-kernel.ts";

describe("packed rows", () => {
  it("are the scale, then numbers from the lowest bit of the first byte up", () => {
    const rows = toInt8Rows(Float32Array.of(31, -1, 2, -31, 0), 5, 6);
    const packed = packRows(rows, 5, 6);
    expect(new DataView(packed.buffer).getFloat32(0, true)).toBe(31);
    // 31 = 011111, -1 = 111111, 2 = 000010, -31 = 100001, 0 = 000000
    expect([...packed.subarray(4)]).toEqual([0b11_011111, 0b0010_1111, 0b100001_00, 0]);
  });

  it("of 8 bits are the rows as they were", () => {
    const rows = toInt8Rows(noise(21, 3), 7);
    expect(packRows(rows, 7, 8)).toEqual(rows);
    expect(packedRowBytes(7, 8)).toBe(int8RowBytes(7));
  });

  it.each([
    [5, 1, 8],
    [5, 4, 13],
    [6, 3, 4],
    [6, 7, 9],
    [7, 2, 33],
    [8, 3, 7],
  ])("of %i bits, %i rows of %i, are unpacked to what they were", (bits, count, columns) => {
    const rows = toInt8Rows(noise(count * columns, bits), columns, bits);
    const packed = packRows(rows, columns, bits);
    expect(packed).toHaveLength(count * packedRowBytes(columns, bits));
    expect(unpackRows(packed, columns, bits)).toEqual(rows);
  });
});
