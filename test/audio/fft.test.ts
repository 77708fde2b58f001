import { describe, expect, it } from "vitest";
import { fft } from "../../runtime/audio/fft.ts";

describe("fft", () => {
  it("gives the sums of the definition", () => {
    const size = 16;
    const signal = Float64Array.from({ length: size }, (_, n) => Math.sin(n * n) + 0.3 * n);
    const real = signal.slice();
    const imaginary = new Float64Array(size);
    fft(real, imaginary);
    for (let k = 0; k < size; k++) {
      const angle = (n: number) => (-2 * Math.PI * k * n) / size;
      expect(real[k]).toBeCloseTo(
        signal.reduce((sum, value, n) => sum + value * Math.cos(angle(n)), 0),
        9,
      );
      expect(imaginary[k]).toBeCloseTo(
        signal.reduce((sum, value, n) => sum + value * Math.sin(angle(n)), 0),
        9,
      );
    }
  });
});
