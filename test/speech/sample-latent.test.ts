import { expect, it } from "vitest";
import { sampleLatent } from "../../runtime/speech/sample-latent.ts";

it("adds the noise scaled by the deviation and the root of the temperature", () => {
  const mean = Float32Array.of(1, -2);
  const logScale = Float32Array.of(0, Math.log(3));
  const noise = Float32Array.of(0.5, -1);
  const sampled = sampleLatent(mean, logScale, 0.25, noise);
  expect(sampled[0]).toBeCloseTo(1.25, 6);
  expect(sampled[1]).toBeCloseTo(-3.5, 6);
  expect([...sampleLatent(mean, logScale, 0, noise)]).toEqual([1, -2]);
});
