import { describe, expect, it } from "vitest";
import { median, quantile, ratioOfMedians } from "./statistics.ts";

describe("quantile", () => {
  it("is linear between neighbours, whatever the order", () => {
    expect(quantile([30, 10, 20], 0)).toBe(10);
    expect(quantile([30, 10, 20], 0.75)).toBe(25);
    expect(quantile([30, 10, 20], 1)).toBe(30);
    expect(median([4, 1])).toBe(2.5);
  });

  it("is no number of nothing", () => {
    expect(median([])).toBeNaN();
  });
});

describe("ratioOfMedians", () => {
  it("cancels what slows both in the same round", () => {
    const below = [1, 5, 2, 9, 3];
    const { value, low, high } = ratioOfMedians(
      below.map((each) => 3 * each),
      below,
    );
    expect([value, low, high]).toEqual([3, 3, 3]);
  });

  it("tells how little is known when rounds differ", () => {
    const { value, low, high } = ratioOfMedians([2, 4, 2, 4, 3, 1, 5], [1, 1, 1, 1, 1, 1, 1]);
    expect(value).toBe(3);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(low).toBeGreaterThanOrEqual(1);
    expect(high).toBeLessThanOrEqual(5);
  });

  it("is no number when there is nothing to compare", () => {
    expect(ratioOfMedians([], [1]).value).toBeNaN();
  });
});
