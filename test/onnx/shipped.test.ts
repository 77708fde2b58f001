import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createSynthesizer,
  type SpeechEvent,
  type SpeechOptions,
  type Synthesizer,
} from "../../runtime/index.ts";
import { largestDifference, readGolden, readShipped } from "./tiny-weights.ts";

let synthesizer: Synthesizer;
beforeAll(async () => {
  synthesizer = await createSynthesizer({ read: readShipped, backend: "onnx" });
});
afterAll(() => synthesizer.dispose());

async function say(text: string, seed: number, more: SpeechOptions = {}) {
  const samples: number[] = [];
  const events: SpeechEvent[] = [];
  for await (const chunk of synthesizer.speak(text, { voice: { seed }, ...more })) {
    samples.push(...chunk.samples);
    events.push(...chunk.events);
  }
  return { samples, words: events.filter(({ kind }) => kind === "word") };
}

describe("the shipped model", () => {
  it("says a line from a seed as the PyTorch model does", async () => {
    const golden = await readGolden("sentence", readShipped);
    const { samples } = await say("Hello, traveler!", 42, { temperature: 0.3, style: "neutral" });
    const expected = golden("samples").data;
    expect(samples.length).toBe(golden("pointer").data.length * synthesizer.manifest.samplesPerLatent);
    expect(largestDifference(samples.slice(0, expected.length), expected)).toBeLessThan(1e-3);
  });

  it("says one word in a second and every word of a long line, in order", async () => {
    const one = await say("Halt!", 3);
    expect(one.words).toHaveLength(1);
    expect(one.samples.length / 16000).toBeGreaterThan(0.3);
    expect(one.samples.length / 16000).toBeLessThan(1.6);
    const text = "The old guard walks to the gate, and the young thief runs to the river. ".repeat(3);
    const long = await say(text, 3);
    expect(long.words).toHaveLength(45);
    const seconds = long.samples.length / 16000;
    expect(seconds).toBeGreaterThan(45 * 0.18);
    expect(seconds).toBeLessThan(45 * 0.55);
    const peak = long.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeGreaterThan(0.05);
    expect(peak).toBeLessThan(1.5);
  });
});
