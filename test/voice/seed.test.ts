import { describe, expect, it } from "vitest";
import { parseSeed } from "../../runtime/voice/seed.ts";

describe("parseSeed", () => {
  it("reads decimal, hexadecimal, numbers and bigints", () => {
    const seed = { lo: 0x9abcdef0, hi: 0x12345678 };
    expect(parseSeed("0x123456789ABCDEF0")).toEqual(seed);
    expect(parseSeed("1311768467463790320")).toEqual(seed);
    expect(parseSeed(1311768467463790320n)).toEqual(seed);
    expect(parseSeed(seed)).toEqual(seed);
    expect(parseSeed(" 42 ")).toEqual({ lo: 42, hi: 0 });
    expect(parseSeed(2 ** 53 - 1)).toEqual({ lo: 0xffffffff, hi: 0x1fffff });
    expect(parseSeed(2n ** 64n - 1n)).toEqual({ lo: 0xffffffff, hi: 0xffffffff });
  });

  it.each([
    "",
    "abc",
    "-1",
    "1.5",
    "0x",
    "0x1ffffffffffffffff",
    "18446744073709551616",
    "1e3",
    -1,
    0.5,
    NaN,
    2 ** 53,
    -1n,
    2n ** 64n,
    { lo: -1, hi: 0 },
    { lo: 0, hi: 2 ** 32 },
  ])("refuses %o and says what is allowed", (given) => expect(() => parseSeed(given)).toThrow(RangeError));
});
