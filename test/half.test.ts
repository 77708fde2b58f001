import { describe, expect, it } from "vitest";
import { floatsToHalves, floatToHalf, halfToFloat } from "../runtime/half.ts";

describe("half", () => {
  it("survives the way to a number and back, for every pattern of bits", () => {
    const patterns = Array.from({ length: 0x10000 }, (_, bits) => bits);
    const numbers = patterns.filter((bits) => !Number.isNaN(halfToFloat(bits)));
    expect(numbers).toHaveLength(0x10000 - 2 * 1023);
    expect(numbers.filter((bits) => floatToHalf(halfToFloat(bits)) !== bits)).toEqual([]);
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.9, 0x7bff],
    [65520, 0x7c00],
    [-1e9, 0xfc00],
    [Infinity, 0x7c00],
    [NaN, 0x7e00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [2 ** -14 - 2 ** -26, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
  ])("rounds %d to the nearest half, ties to even", (value, bits) => {
    expect(floatToHalf(value)).toBe(bits);
  });

  it("rounds many as it rounds one: every pattern of the upper bits of an f32, with lower bits at and about ties", () => {
    const lower = [0, 1, 0x0fff, 0x1000, 0x1001, 0x1fff, 0x3000, 0xffff];
    const bits = Uint32Array.from({ length: 0x10000 * lower.length }, (_, index) => {
      const upper = Math.floor(index / lower.length);
      return upper * 0x10000 + (lower[index % lower.length] ?? 0);
    });
    const values = new Float32Array(bits.buffer);
    const one = Uint16Array.from(values, floatToHalf);
    const differ = floatsToHalves(values).findIndex((half, index) => half !== one[index]);
    expect(differ).toBe(-1);
  });
});
