import { describe, expect, it } from "vitest";
import { followAverage, stepAdam } from "../../runtime/adapt/adam.ts";

const moments = (size: number) => ({ first: new Float32Array(size), second: new Float32Array(size) });

describe("AdamW", () => {
  it("takes the steps that PyTorch's AdamW takes", () => {
    // torch.optim.AdamW([1, -2, 0.5], lr=0.1, betas=(0.9, 0.99), weight_decay=0.01), gradients (1, -2, 3), (0.5, 1, -1)
    const values = Float32Array.of(1, -2, 0.5);
    const state = moments(3);
    const settings = { learningRate: 0.1, weightDecay: 0.01, beta1: 0.9, beta2: 0.99 };
    stepAdam(values, Float32Array.of(1, -2, 3), state, 1, settings);
    stepAdam(values, Float32Array.of(0.5, 1, -1), state, 2, settings);
    [0.8047562, -1.8694321, 0.359006].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 5));
  });

  it("finds the bottom of a bowl", () => {
    const goal = Float32Array.of(3, -1);
    const values = new Float32Array(2);
    const state = moments(2);
    const settings = { learningRate: 0.05, weightDecay: 0, beta1: 0.9, beta2: 0.99 };
    for (let step = 1; step <= 400; step++) {
      stepAdam(
        values,
        values.map((value, i) => value - (goal[i] ?? 0)),
        state,
        step,
        settings,
      );
    }
    expect(values[0]).toBeCloseTo(3, 2);
    expect(values[1]).toBeCloseTo(-1, 2);
  });
});

describe("the running average", () => {
  it("follows quickly at first, slowly later", () => {
    const average = Float32Array.of(0);
    followAverage(average, Float32Array.of(1), 1, 0.98);
    expect(average[0]).toBeCloseTo(0.9, 6);
    followAverage(average, Float32Array.of(0), 1000, 0.98);
    expect(average[0]).toBeCloseTo(0.9 * 0.98, 6);
  });
});
