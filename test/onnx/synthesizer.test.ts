import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSynthesizer, WeightsError, type SpeechEvent, type Synthesizer } from "../../runtime/index.ts";
import { readTiny } from "./tiny-weights.ts";

let synthesizer: Synthesizer;
beforeAll(async () => {
  synthesizer = await createSynthesizer({ read: readTiny, backend: "onnx" });
});
afterAll(() => synthesizer.dispose());

async function say(text: string, seed: number) {
  const samples: number[] = [];
  const events: SpeechEvent[] = [];
  for await (const chunk of synthesizer.speak(text, { voice: { seed } })) {
    expect(chunk.startSample).toBe(samples.length);
    samples.push(...chunk.samples);
    events.push(...chunk.events);
  }
  return { samples, events };
}

describe("createSynthesizer", () => {
  it("speaks text from a seed, the same each time and another voice from another seed", async () => {
    const text = "Hello there. How are you today?";
    const first = await say(text, 7);
    expect(first.samples.length % synthesizer.manifest.samplesPerLatent).toBe(0);
    expect(first.samples.every((sample) => Math.abs(sample) < 10)).toBe(true);
    expect(first.events.filter(({ kind }) => kind === "word").length).toBe(6);
    expect(first.events.at(-1)).toMatchObject({ kind: "end", sample: first.samples.length });
    expect((await say(text, 7)).samples).toEqual(first.samples);
    expect((await say(text, 8)).samples).not.toEqual(first.samples);
  });

  it("speaks two lines at once as it speaks them one after the other", async () => {
    const lines = [["Good morning!", 1] as const, ["Who goes there?", 2] as const];
    const together = await Promise.all(lines.map(([text, seed]) => say(text, seed)));
    for (const [index, [text, seed]] of lines.entries()) {
      expect(together[index]?.samples).toEqual((await say(text, seed)).samples);
    }
  });

  it("speaks with the voice of a recording", async () => {
    const recording = Float32Array.from({ length: 20000 }, (_, n) => 0.3 * Math.sin(n / 9));
    const latent = await synthesizer.embedSpeaker(recording);
    expect(latent.length).toBe(synthesizer.manifest.speaker.dim);
    const { value } = await synthesizer.speak("Hello.", { voice: { latent } }).next();
    expect(value?.samples.length).toBe(synthesizer.manifest.samplesPerLatent);
  });

  it("refuses a weights folder that is not there", async () => {
    const read = () => Promise.reject(new Error("ENOENT"));
    await expect(createSynthesizer({ read, backend: "onnx" })).rejects.toThrow(WeightsError);
  });
});
