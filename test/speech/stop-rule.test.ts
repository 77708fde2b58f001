import { describe, expect, it } from "vitest";
import { divergenceFromEnd, hasRested, mostFrames, predictsEnd } from "../../runtime/speech/stop-rule.ts";

const rule = { klThreshold: 0.5, targetMean: 1, targetLogScale: 1, restFrames: 6, maxAge: 11 };

describe("predictsEnd", () => {
  it("measures the divergence from the end distribution in nats", () => {
    expect(divergenceFromEnd(Float32Array.of(1, 1), Float32Array.of(1, 1), rule)).toBeCloseTo(0, 12);
    // N(3, 1) to N(1, e): 1 + (1 + 4) / (2 e^2) - 1/2
    const expected = 0.5 + 5 / (2 * Math.E ** 2);
    expect(divergenceFromEnd(Float32Array.of(3), Float32Array.of(0), rule)).toBeCloseTo(expected, 12);
    expect(divergenceFromEnd(Float32Array.of(3, 1), Float32Array.of(0, 1), rule)).toBeCloseTo(
      expected / 2,
      12,
    );
  });

  it("says the end only under the threshold", () => {
    expect(predictsEnd(Float32Array.of(1.2, 0.8), Float32Array.of(0.9, 1.1), rule)).toBe(true);
    expect(predictsEnd(Float32Array.of(0, 0), Float32Array.of(-2, -2), rule)).toBe(false);
  });

  it("does not end on a prediction that is not a number", () => {
    expect(predictsEnd(Float32Array.of(NaN), Float32Array.of(1), rule)).toBe(false);
  });
});

describe("hasRested", () => {
  it("lets the pointer stand on the final mark for restFrames frames and one more", () => {
    expect([6, 7].map((rest) => hasRested(rest, rule))).toEqual([false, true]);
  });

  it("bounds a sentence", () => {
    expect(mostFrames(10, rule)).toBe(126);
  });
});
