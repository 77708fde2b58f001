import { describe, expect, it } from "vitest";
import { symbolTimes } from "../../runtime/speech/symbol-times.ts";

describe("symbolTimes", () => {
  it("puts one boundary midway between two frame centres", () => {
    expect(symbolTimes([0, 0, 1, 1, 1])).toEqual([
      { start: 0, end: 2 },
      { start: 2, end: 5 },
    ]);
  });

  it("spaces the boundaries of skipped symbols equally between the frame centres", () => {
    expect(symbolTimes([0, 3]).map(({ start }) => start)).toEqual([0, 0.75, 1, 1.25]);
  });

  it("leaves no gap and never goes back", () => {
    const frames = [0, 2, 2, 3, 8, 8, 9];
    const spans = symbolTimes(frames);
    expect(spans.length).toBe(10);
    expect(spans.at(-1)?.end).toBe(frames.length);
    spans.forEach(({ start, end }, index) => {
      expect(end).toBeGreaterThan(start);
      if (index > 0) expect(start).toBe(spans[index - 1]?.end);
    });
  });

  it("does not change what it said about the time before the last frame's centre", () => {
    const frames = [0, 1, 1, 4, 4, 5, 7];
    const all = symbolTimes(frames);
    for (let count = 1; count <= frames.length; count++) {
      const starts = symbolTimes(frames.slice(0, count)).map(({ start }) => start);
      expect(all.map(({ start }) => start).filter((start) => start < count - 0.5)).toEqual(starts);
    }
  });

  it("gives the first symbol an empty span when there are no frames", () => {
    expect(symbolTimes([])).toEqual([{ start: 0, end: 0 }]);
  });
});
