import { describe, expect, it } from "vitest";
import { alignRecording, CERTAIN_COST } from "../../runtime/adapt/align-recording.ts";
import { REHEARSED, sentencesOf } from "../../runtime/adapt/rehearsed-text.ts";
import type { SpeechBackend } from "../../runtime/backend.ts";
import { AudioInputError } from "../../runtime/errors.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { noise } from "../speech/signals.ts";
import { fakeBackend, quadraticLoss, sayVowels } from "./fake-backend.ts";

const manifest = await tinyManifest();
const LATENT = new Float32Array(manifest.speaker.dim).fill(0.5);
const text = (words: string) => sentencesOf(words, {}, manifest);
const SAID = text("Who stole the golden apple? Nobody saw the thief run away.");
const OTHER = text("Bring me seven barrels of cider. Take the wheel of cheese along.");

const symbolsOf = (sentences: readonly Int32Array[]) => sentences.flatMap((ids) => [...ids]);
const recordingOf = (symbols: readonly number[]) => sayVowels(symbols, () => 3, manifest, 150);

/** A person: the recording is as far from everything the model says as its noise is loud. */
function asPerson(recording: Float32Array): Float32Array {
  const hiss = noise(recording.length);
  return recording.map((sample, i) => sample + 0.05 * (hiss[i] ?? 0));
}

/** The fake, and for whom it spoke. */
function speaking(): { backend: SpeechBackend; speakers: Set<number>; open: Set<number> } {
  const { backend, calls } = fakeBackend(
    manifest,
    quadraticLoss(() => 0),
  );
  const speakers = new Set<number>();
  const openSentence: SpeechBackend["openSentence"] = (request) => {
    speakers.add(request.conditioning[0] ?? NaN);
    return backend.openSentence(request);
  };
  return { backend: { ...backend, openSentence }, speakers, open: calls.open };
}

describe("a recording and its transcript", () => {
  it("are aligned at once when a voice that the model knows says it", async () => {
    const { backend, speakers } = speaking();
    const numbers: number[] = [];
    const { cost, sentences } = await alignRecording(
      backend,
      manifest,
      recordingOf(symbolsOf(SAID)),
      SAID,
      LATENT,
      { onSentence: (number) => numbers.push(number) },
    );
    expect(cost).toBeLessThan(CERTAIN_COST);
    expect(sentences.map(({ spoken }) => spoken.symbols)).toEqual(SAID);
    expect(numbers).toEqual([0, 1]);
    expect([...speakers]).toEqual([0.5]);
  });

  it("are compared with other texts, and in other voices, when nobody the model knows says it", async () => {
    const { backend, speakers, open } = speaking();
    const recording = asPerson(recordingOf(symbolsOf(SAID)));
    const { cost, sentences } = await alignRecording(backend, manifest, recording, SAID, LATENT);
    expect(cost).toBeGreaterThan(CERTAIN_COST);
    expect(sentences.map(({ spoken }) => spoken.symbols)).toEqual(SAID);
    expect(speakers.size).toBe(1 + manifest.speaker.components.length);
    expect(open.size).toBe(0);
  });

  it.each([
    ["says something else", recordingOf(symbolsOf(OTHER))],
    ["says something else, by a person", asPerson(recordingOf(symbolsOf(OTHER)))],
    ["says what is rehearsed", recordingOf(symbolsOf(text(REHEARSED)).slice(0, 40))],
    ["is noise", noise(60 * manifest.samplesPerLatent).map((value) => value * 0.1)],
  ])("do not agree when it %s", async (_, recording) => {
    const { backend, open } = speaking();
    const aligning = alignRecording(backend, manifest, recording, SAID, LATENT);
    await expect(aligning).rejects.toThrow(AudioInputError);
    await expect(aligning).rejects.toThrow("does not say the transcript");
    expect(open.size).toBe(0);
  });

  it("are given up when the signal says so", async () => {
    const { backend } = speaking();
    const signal = AbortSignal.abort(new Error("enough"));
    const aligning = alignRecording(backend, manifest, recordingOf([1, 5, 3]), SAID, LATENT, { signal });
    await expect(aligning).rejects.toThrow("enough");
  });
});
