import { describe, expect, it } from "vitest";
import { warpTime } from "../../runtime/adapt/time-warp.ts";

const warp = (a: readonly number[], b: readonly number[]) =>
  warpTime(a.length, b.length, (row, column) => Math.abs((a[row] ?? 0) - (b[column] ?? 0)));

describe("time warp", () => {
  it("runs along the diagonal of a sequence and itself, at no cost", () => {
    const { rows, columns, cost } = warp([3, 1, 4, 1, 5], [3, 1, 4, 1, 5]);
    expect([...rows]).toEqual([0, 1, 2, 3, 4]);
    expect([...columns]).toEqual([0, 1, 2, 3, 4]);
    expect(cost).toBe(0);
  });

  it("stretches where the other is slower", () => {
    const { rows, columns, cost } = warp([1, 2, 3], [1, 1, 2, 2, 2, 3]);
    expect([...rows]).toEqual([0, 0, 1, 1, 1, 2]);
    expect([...columns]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(cost).toBe(0);
  });

  it("costs as much as the cheapest of all ways", () => {
    const a = [0, 2, 7, 1];
    const b = [1, 6, 0];
    const distance = (row: number, column: number) => Math.abs((a[row] ?? 0) - (b[column] ?? 0));
    const cheapest = (row: number, column: number): number => {
      if (row === 0 && column === 0) return 2 * distance(0, 0);
      const both =
        row > 0 && column > 0 ? cheapest(row - 1, column - 1) + 2 * distance(row, column) : Infinity;
      const down = row > 0 ? cheapest(row - 1, column) + distance(row, column) : Infinity;
      const along = column > 0 ? cheapest(row, column - 1) + distance(row, column) : Infinity;
      return Math.min(both, down, along);
    };
    expect(warp(a, b).cost).toBeCloseTo(cheapest(3, 2) / 7, 12);
  });

  it("pairs one item with all", () => {
    expect([...warp([1], [1, 2, 3]).columns]).toEqual([0, 1, 2]);
    expect([...warp([1, 2, 3], [1]).rows]).toEqual([0, 1, 2]);
  });
});
