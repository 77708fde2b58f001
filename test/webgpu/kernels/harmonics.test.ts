import { expect, it } from "vitest";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, upload } from "../run-kernel.ts";
import { placeOf, placesOf, TWO_VOICES, uploadWindow } from "../window-buffer.ts";

const gpu = await testGpu();
const [WIDTH, HOP, RATE, RING, SLOTS, SAMPLE_RATE] = [5, 77, 3, 22, 3, 16000];
const PHASE_STEPS = 2 ** 17;

const logOf = (hertz: number) => Math.fround(Math.log(hertz));

/** Steps of phase in a frame, as f32 numbers give them. */
function steps(before: number, after: number): number {
  const sum = Math.fround(Math.fround(before) + Math.fround(after));
  const factor = Math.fround((PHASE_STEPS * HOP) / (2 * SAMPLE_RATE));
  return Math.floor(Math.fround(sum * factor)) % PHASE_STEPS;
}

it("harmonics sums all harmonics of a gliding pitch and carries pitch and phase on", async () => {
  const features = noise(placesOf(TWO_VOICES, RATE) * WIDTH, 1);
  const pitches = noise(placesOf(TWO_VOICES, RATE), 2).map((value) => value / 4);
  const carriedHertz = 171.25;
  const carriedPhase = 100_003;
  const carried = new Uint32Array(SLOTS * RING * 2);
  const slot = TWO_VOICES.voices[1]!.slot;
  const before = slot * RING + ((TWO_VOICES.voices[1]!.first * RATE + RING - 1) % RING);
  carried.set([new Uint32Array(Float32Array.of(carriedHertz).buffer)[0]!, carriedPhase], before * 2);
  const carriedBuffer = upload(gpu, carried);
  const source = upload(gpu, new Float32Array(SLOTS * RING * HOP));
  const kernel = await gpu.kernel("harmonics", {
    includes: ["window-layout", "window", "sine"],
    constants: { width: WIDTH, hop: HOP, rate: RATE, ring: RING, sample_rate: SAMPLE_RATE },
  });
  const places = placesOf(TWO_VOICES, RATE);
  runKernel(
    gpu,
    kernel,
    [uploadWindow(gpu, TWO_VOICES), upload(gpu, features), upload(gpu, pitches), carriedBuffer, source],
    [places],
  );
  const made = await download(gpu, source);
  const kept = new Uint32Array((await download(gpu, carriedBuffer)).buffer);

  let hertz = 0;
  let phase = 0;
  let largest = 0;
  for (let place = 0; place < places; place++) {
    const { voice, time } = placeOf(TWO_VOICES, RATE, place);
    const { slot: of, first } = TWO_VOICES.voices[voice]!;
    const log = Math.fround(logOf(130) + Math.fround(features[place * WIDTH + WIDTH - 1]! + pitches[place]!));
    const next = Math.fround(Math.exp(Math.min(Math.max(log, logOf(50)), logOf(500))));
    if (time === first * RATE) [hertz, phase] = first === 0 ? [next, 0] : [carriedHertz, carriedPhase];
    const row = of * RING + (time % RING);
    const count = Math.floor(7800 / next);
    for (let n = 1; n <= HOP; n++) {
      const cycles = phase / PHASE_STEPS + (hertz * n + ((next - hertz) * n * n) / (2 * HOP)) / SAMPLE_RATE;
      let sum = 0;
      for (let harmonic = 1; harmonic <= count; harmonic++) sum += Math.cos(2 * Math.PI * harmonic * cycles);
      largest = Math.max(largest, Math.abs(made[row * HOP + n - 1]! - sum * Math.sqrt(2 / count)));
    }
    // the phase may be a step off where the pitch is rounded differently: go on from the kernel's own
    const step = (kept[row * 2 + 1]! - phase - steps(hertz, next) + 2 * PHASE_STEPS) % PHASE_STEPS;
    expect([0, 1, PHASE_STEPS - 1]).toContain(step);
    phase = kept[row * 2 + 1]!;
    hertz = new Float32Array(kept.buffer)[row * 2]!;
    expect(Math.abs(hertz / next - 1)).toBeLessThan(2e-7);
  }
  expect(largest).toBeLessThan(5e-3); // of peaks of about 18: 156 harmonics of a phase rounded to f32
});
