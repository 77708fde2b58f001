import { describe, expect, it } from "vitest";
import { fitSpeaker } from "../../runtime/adapt/fit-speaker.ts";
import { LEARN_SETTINGS } from "../../runtime/adapt/learn-settings.ts";
import type { Lessons } from "../../runtime/adapt/lessons.ts";
import type { Adapter, TrainingLine } from "../../runtime/backend.ts";
import { conditioningOf } from "../../runtime/styles.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { fakeBackend, type FakeLearning, quadraticLoss } from "./fake-backend.ts";

const manifest = await tinyManifest();
const S = manifest.speaker.dim;
const { leastGain, patience, stepsBetweenChecks } = LEARN_SETTINGS;
const LATENT = new Float32Array(S).fill(0.5);
const WHOLE_FRAMES = 20;

function lessonOf(frames: number) {
  const size = frames * manifest.latentDim;
  return {
    conditioning: conditioningOf(LATENT, manifest),
    symbols: Int32Array.of(1, 5, 3),
    symbolIndices: new Int32Array(frames).fill(1),
    target: { mean: new Float32Array(size), logScale: new Float32Array(size).fill(-1) },
  };
}

const LESSONS: Lessons = { training: [lessonOf(12)], heldOut: lessonOf(WHOLE_FRAMES), heldOutFrom: 12 };
const isWhole = (line: TrainingLine) => line.symbolIndices.length === WHOLE_FRAMES;

/** kl = mean square of (conditioning - goal) / 2, with its exact gradient. */
function bowl(goalOf: (line: TrainingLine) => number): FakeLearning["gradient"] {
  return (line, adapter) => {
    const off = line.conditioning.map((value) => value - goalOf(line));
    const kl = off.reduce((sum, each) => sum + each * each, 0) / (2 * off.length);
    const conditioningGradient = off.map((each) => each / off.length);
    return { ...quadraticLoss(() => 0)(line, adapter), kl, conditioningGradient };
  };
}

describe("fitting a speaker", () => {
  it("moves the latent to where the recording is said best, and the lessons with it", async () => {
    const { backend } = fakeBackend(
      manifest,
      bowl(() => 0.1),
    );
    const told: number[] = [];
    const { latent, lessons, klBefore } = await fitSpeaker(backend, manifest, LESSONS, LATENT, {
      steps: 40,
      onProgress: ({ stage, step, steps }) => {
        expect([stage, steps]).toEqual(["fitting", 40]);
        told.push(step);
      },
    });
    expect(told).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    for (const value of latent) expect(Math.abs(value - 0.1)).toBeLessThan(0.1);
    const conditioning = conditioningOf(latent, manifest);
    expect(lessons.heldOutFrom).toBe(12);
    for (const lesson of [...lessons.training, lessons.heldOut])
      expect(lesson?.conditioning).toEqual(conditioning);
    const styles = manifest.styles.length;
    expect(klBefore).toBeCloseTo((S * 0.4 ** 2 + styles * 0.1 ** 2) / (2 * (S + styles)), 5);
    expect(LATENT).toEqual(new Float32Array(S).fill(0.5));
  });

  it("leaves the model as it is", async () => {
    const adapters: Adapter[] = [];
    const { backend } = fakeBackend(manifest, (line, adapter) => {
      adapters.push(adapter);
      return bowl(() => 0)(line, adapter);
    });
    await fitSpeaker(backend, manifest, LESSONS, LATENT, { steps: 10 });
    for (const { attentionB, headB } of adapters)
      expect([...attentionB, ...headB].every((value) => value === 0)).toBe(true);
  });

  it("keeps the latent that it was given when nothing is better on what is held out, and stops looking", async () => {
    const { backend } = fakeBackend(
      manifest,
      bowl((line) => (isWhole(line) ? 2 : -1)),
    );
    let steps = 0;
    const { latent } = await fitSpeaker(backend, manifest, LESSONS, LATENT, {
      steps: 60,
      onProgress: ({ step }) => (steps = step),
    });
    expect(latent).toEqual(LATENT);
    expect(steps).toBe(patience * stepsBetweenChecks);
  });

  it.each([
    ["leaves the latent as it was when the gain may be chance", 0.9 * leastGain, false],
    ["takes a latent that gains more than chance", 1.1 * leastGain, true],
  ])("%s", async (_, gain, isTaken) => {
    const { backend } = fakeBackend(manifest, (line, adapter) => {
      const isAsItWas = line.conditioning[0] === LATENT[0];
      return { ...bowl(() => -1)(line, adapter), kl: isAsItWas ? 1 : 1 - gain };
    });
    const { latent } = await fitSpeaker(backend, manifest, LESSONS, LATENT, { steps: 10 });
    expect(latent[0] !== LATENT[0]).toBe(isTaken);
  });

  it("takes the best there was on the way", async () => {
    const { backend } = fakeBackend(
      manifest,
      bowl((line) => (isWhole(line) ? 0.3 : -1)),
    );
    const { latent } = await fitSpeaker(backend, manifest, { ...LESSONS, heldOutFrom: 0 }, LATENT, {
      steps: 60,
    });
    for (const value of latent) expect(Math.abs(value - 0.3)).toBeLessThan(0.1);
  });

  it("gives the same each time", async () => {
    const noisy = bowl(({ latents }) => 0.1 * Math.tanh(latents[0] ?? 0));
    const fit = () =>
      fitSpeaker(fakeBackend(manifest, noisy).backend, manifest, LESSONS, LATENT, { steps: 20 });
    expect(await fit()).toEqual(await fit());
  });

  it("is cancelled before the next call of the backend", async () => {
    const stop = new AbortController();
    const { backend, calls } = fakeBackend(
      manifest,
      bowl(() => 0),
    );
    let callsWhenStopped = 0;
    const fitting = fitSpeaker(backend, manifest, LESSONS, LATENT, {
      steps: 60,
      signal: stop.signal,
      onProgress: ({ step }) => {
        if (step !== 3) return;
        stop.abort(new Error("enough"));
        callsWhenStopped = calls.names.length;
      },
    });
    await expect(fitting).rejects.toThrow("enough");
    expect(calls.names.length).toBe(callsWhenStopped);
  });

  it("passes on what the backend throws", async () => {
    const { backend } = fakeBackend(manifest, () => {
      throw new Error("device lost");
    });
    await expect(fitSpeaker(backend, manifest, LESSONS, LATENT, { steps: 5 })).rejects.toThrow("device lost");
  });
});
