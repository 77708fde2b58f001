import { describe, expect, it } from "vitest";
import { readSentence } from "../../runtime/adapt/read-sentence.ts";
import type { SpeechBackend, TrainingLine } from "../../runtime/backend.ts";
import { symbolTimes } from "../../runtime/speech/symbol-times.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { fakeBackend, quadraticLoss, sayVowels } from "./fake-backend.ts";

const manifest = await tinyManifest();
const { samplesPerLatent: SIZE, latentDim: D } = manifest;
const speaker = new Float32Array(manifest.speaker.dim);
const symbols = Int32Array.from(["<s>", "AA1", "IY1", "UW1", "EH1", "."], (name) =>
  manifest.symbols.indexOf(name),
);
const symbolIndices = Int32Array.from({ length: symbols.length * 2 }, (_, frame) => Math.floor(frame / 2));
const samples = sayVowels(symbols, () => 2, manifest);
const spoken = {
  symbols,
  frames: symbolIndices.length,
  symbolIndices,
  spans: symbolTimes([...symbolIndices]),
  samples,
};
const FIRST_FRAME = 5;

/** A recording in which the sentence begins `late` samples later than its alignment says. */
function recordingOf(late: number): Float32Array {
  const speech = new Float32Array((FIRST_FRAME + symbolIndices.length + 2) * SIZE);
  speech.set(samples, FIRST_FRAME * SIZE + late);
  return speech;
}

/** Encodes each frame as the loudness of its samples, and foresees one frame of silence, then sound of the given loudness. */
function listeningBackend(asked: TrainingLine[]): SpeechBackend {
  const { backend } = fakeBackend(manifest, (line, adapter) => {
    asked.push(line);
    const [silence = 0, sound = 0] = [line.target.mean[0], line.target.mean[D]];
    return { ...quadraticLoss(() => 0)(line, adapter), kl: 100 * silence - sound };
  });
  const encode = async (given: Float32Array) => ({
    mean: Float32Array.from({ length: (given.length / SIZE) * D }, (_, i) => {
      const frame = given.subarray(Math.floor(i / D) * SIZE, (Math.floor(i / D) + 1) * SIZE);
      return frame.reduce((sum, sample) => sum + sample * sample, 0);
    }),
    logScale: new Float32Array((given.length / SIZE) * D),
  });
  return { ...backend, encode };
}

describe("a sentence of a recording", () => {
  it.each([0, 160, 480, 1120])(
    "begins with one frame of silence and then its first sound, %d samples off the frames",
    async (late) => {
      const asked: TrainingLine[] = [];
      const aligned = { spoken, firstFrame: FIRST_FRAME, symbolIndices };
      const read = await readSentence(listeningBackend(asked), manifest, recordingOf(late), aligned, {
        speaker,
      });
      const [silence = NaN, sound = NaN, same = NaN] = [0, D, 2 * D].map((i) => read.posterior.mean[i]);
      expect(silence).toBe(0);
      expect(sound).toBeGreaterThan(0.95 * same); // both are the first vowel as a whole
      expect([...read.symbolIndices.subarray(0, 2)]).toEqual([0, 1]);
      expect(read.symbols).toBe(symbols);
      expect(read.posterior.mean.length).toBe(read.symbolIndices.length * D);
      expect(
        asked.every((line) => line.symbolIndices.length === 2 && line.latents === line.target.mean),
      ).toBe(true);
    },
  );

  it("is not read on when the signal aborts", async () => {
    const stop = new AbortController();
    const asked: TrainingLine[] = [];
    const backend = listeningBackend(asked);
    const adapterGradient: SpeechBackend["adapterGradient"] = (line, adapter) => {
      stop.abort(new Error("enough"));
      return backend.adapterGradient(line, adapter);
    };
    const reading = readSentence(
      { ...backend, adapterGradient },
      manifest,
      recordingOf(0),
      { spoken, firstFrame: FIRST_FRAME, symbolIndices },
      { speaker, signal: stop.signal },
    );
    await expect(reading).rejects.toThrow("enough");
    expect(asked).toHaveLength(1);
  });
});
