import { describe, expect, it } from "vitest";
import { largestDifference } from "../../onnx/tiny-weights.ts";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, upload } from "../run-kernel.ts";
import { placeOf, placesOf, TWO_VOICES, uploadWindow } from "../window-buffer.ts";

const gpu = await testGpu();
const [SLOTS, RATE, NOISE_HOPS, CORNER] = [3, 2, 5, 3.5];
const BREATHS = [0, 0.6];
const WINDOW = {
  ...TWO_VOICES,
  voices: TWO_VOICES.voices.map((voice, index) => ({ ...voice, breath: BREATHS[index]! })),
};

describe("source-filter", () => {
  it.each([
    [30, 10], // 2 * 3 * 5: an odd number of passes
    [64, 16], // 4 * 4 * 4
    [28, 7], // 4 * 7
    [12, 6], // 4 * 3: an even number of passes
  ])("filters frames of %d samples every %d", async (size, hop) => {
    const bins = size / 2 + 1;
    const ring = 12 + size / hop;
    const places = placesOf(TWO_VOICES, RATE);
    const tables = noise(4 * size, 1);
    for (let k = 0; k < size; k++) {
      tables[2 * size + k] = Math.cos((2 * Math.PI * k) / size);
      tables[3 * size + k] = Math.sin((2 * Math.PI * k) / size);
    }
    const hiss = noise(NOISE_HOPS * hop, 2);
    const harmonic = noise(SLOTS * ring * hop, 3);
    const features = noise(places * (2 * bins + 1), 4);
    const result = upload(gpu, new Float32Array(SLOTS * ring * size));
    const constants = { size, hop, noise_hops: NOISE_HOPS, rate: RATE, ring, breath_corner: CORNER };
    const kernel = await gpu.kernel("source-filter", { includes: ["window-layout", "window"], constants });
    const inputs = [tables, hiss, harmonic, features].map((each) => upload(gpu, each));
    runKernel(gpu, kernel, [uploadWindow(gpu, WINDOW), ...inputs, result], [places]);

    const expected = new Float32Array(SLOTS * ring * size);
    for (let place = 0; place < places; place++) {
      const { voice, time } = placeOf(TWO_VOICES, RATE, place);
      const slot = TWO_VOICES.voices[voice]!.slot;
      const hopTime = (n: number) => time + Math.floor(n / hop) + 1 - size / hop;
      const sources = [
        (n: number) => harmonic[(slot * ring + (hopTime(n) % ring)) * hop + (n % hop)]!,
        (n: number) => hiss[(hopTime(n) % NOISE_HOPS) * hop + (n % hop)]!,
      ];
      const gainOf = (part: number, bin: number) =>
        Math.exp(Math.min(features[place * (2 * bins + 1) + part * bins + bin]!, 6));
      const breath = BREATHS[voice]!;
      const spectrum = sources.map((sampleAt, part) =>
        Array.from({ length: bins }, (_, bin) => {
          const breathed = breath * (bin / Math.hypot(bin, CORNER));
          const gain =
            part === 0 ? gainOf(0, bin) * (1 - breath) : gainOf(1, bin) + gainOf(0, bin) * breathed;
          let [real, imaginary] = [0, 0];
          for (let n = 0; n < size; n++) {
            const value = hopTime(n) < 0 ? 0 : sampleAt(n) * tables[n]! * gain;
            real += value * Math.cos((2 * Math.PI * n * bin) / size);
            imaginary -= value * Math.sin((2 * Math.PI * n * bin) / size);
          }
          return [real, imaginary] as const;
        }),
      );
      for (let n = 0; n < size; n++) {
        let sum = 0;
        for (let bin = 0; bin < bins; bin++) {
          const weight = (bin === 0 || bin === bins - 1 ? 1 : 2) / size;
          const angle = (2 * Math.PI * n * bin) / size;
          for (const part of spectrum) {
            sum += weight * (part[bin]![0] * Math.cos(angle) - part[bin]![1] * Math.sin(angle));
          }
        }
        expected[(slot * ring + (time % ring)) * size + n] = sum * tables[size + n]!;
      }
    }
    expect(largestDifference(await download(gpu, result), expected)).toBeLessThan(2e-4);
  });
});
