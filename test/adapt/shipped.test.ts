import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { consentFromStatement, consentStatement } from "../../runtime/adapt/consent.ts";
import { AudioInputError } from "../../runtime/errors.ts";
import {
  checkRecording,
  createSynthesizer,
  readVoiceFile,
  type SpeechOptions,
  type Synthesizer,
  writeVoiceFile,
} from "../../runtime/index.ts";
import { largestDifference, readShipped } from "../onnx/tiny-weights.ts";

const TEXT = "The old guard walks to the gate, and the young thief runs to the river.";
const consent = consentFromStatement(consentStatement("nobody: a seed"), new Date("2026-03-01T12:00:00Z"));

let synthesizer: Synthesizer;
beforeAll(async () => {
  synthesizer = await createSynthesizer({ read: readShipped, backend: "onnx" });
});
afterAll(() => synthesizer.dispose());

async function say(text: string, options: SpeechOptions): Promise<Float32Array> {
  const parts: number[] = [];
  for await (const { samples } of synthesizer.speak(text, options)) parts.push(...samples);
  return Float32Array.from(parts);
}

async function record(text: string): Promise<Float32Array> {
  const sound = await say(text, { voice: { seed: 5 } });
  return checkRecording({ sampleRateHz: synthesizer.manifest.sampleRateHz, channels: [sound] }).samples;
}

describe("cloning with the shipped model", () => {
  it("learns a voice that speaks, from a recording that says its transcript", async () => {
    const samples = await record(TEXT);
    const voice = await synthesizer.learnVoice({
      samples,
      transcript: TEXT,
      consent,
      name: "seed 5",
      steps: 10,
    });
    expect(voice.report.alignmentCost).toBeLessThan(4.5);
    expect(voice.report.klAfter).toBeLessThanOrEqual(voice.report.klBefore);
    const bytes = writeVoiceFile(voice);
    expect(bytes.length).toBeLessThanOrEqual(1_000_000);
    const { latent, adapter } = readVoiceFile(bytes, synthesizer.manifest);
    const learned = await say("Halt!", { voice: { latent }, adapter, temperature: 0 });
    const again = await say("Halt!", { voice: { latent }, adapter: voice.adapter, temperature: 0 });
    expect(learned.length).toBeGreaterThan(0.3 * 16_000);
    expect(largestDifference(learned, again)).toBeLessThan(0.05); // halves against floats
  });

  it("refuses a transcript of other words", async () => {
    const samples = await record(TEXT);
    const transcript = "Bring me seven barrels of cider and a wheel of yellow cheese, my friend.";
    const learning = synthesizer.learnVoice({ samples, transcript, consent, name: "seed 5", steps: 1 });
    await expect(learning).rejects.toThrow(AudioInputError);
  });
});
