import { describe, expect, it } from "vitest";
import { startValues } from "../../runtime/adapt/adapter-values.ts";
import { LEARN_SETTINGS } from "../../runtime/adapt/learn-settings.ts";
import { type LearnState, readLearnState, writeLearnState } from "../../runtime/adapt/learn-state.ts";
import { modelHashOf } from "../../runtime/adapt/model-hash.ts";
import { train } from "../../runtime/adapt/train.ts";
import type { TrainingLine } from "../../runtime/backend.ts";
import { AdapterError, ConsentError } from "../../runtime/errors.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { fakeBackend, quadraticLoss } from "./fake-backend.ts";

const manifest = await tinyManifest();
const D = manifest.latentDim;
const { rank, stepsBetweenStates, stepsBetweenChecks, patience, leastGain, mostForgotten } = LEARN_SETTINGS;

function lessonOf(frames: number, symbol: number) {
  const size = frames * D;
  return {
    conditioning: new Float32Array(manifest.speaker.dim + manifest.styles.length),
    symbols: Int32Array.of(1, symbol, 3),
    symbolIndices: new Int32Array(frames).fill(1),
    target: { mean: new Float32Array(size).fill(symbol), logScale: new Float32Array(size).fill(-1) },
  };
}

const whole = lessonOf(20, 5);

function stateOf(parts: Partial<LearnState> = {}): LearnState {
  const values = startValues(rank, manifest, 0);
  return {
    name: "Ada, \u00e9tude",
    model: modelHashOf(manifest),
    consent: { statementVersion: 1, speaker: "Ada", givenAt: "2026-03-01T12:00:00Z", agreed: true },
    latent: new Float32Array(manifest.speaker.dim).fill(0.25),
    seconds: 4,
    alignmentCost: 2,
    training: [lessonOf(16, 5), lessonOf(7, 6)],
    rehearsal: [lessonOf(9, 8)],
    heldOut: whole,
    heldOutFrom: 16,
    rank,
    steps: 60,
    step: 0,
    values,
    average: values.slice(),
    first: new Float32Array(values.length),
    second: new Float32Array(values.length),
    klBefore: 3,
    rehearsedBefore: Infinity,
    best: values.slice(),
    bestStep: 0,
    bestKl: Infinity,
    ...parts,
  };
}

/** A bowl whose bottom moves with every draw, so that any difference between two runs shows. */
const drawn = quadraticLoss(({ latents }) => 0.2 + 0.02 * Math.tanh(latents[0] ?? 0));
const same = quadraticLoss(() => 0.1);
/** Whether nothing of the line was drawn: it is one to judge by. */
const isMean = ({ latents, target }: TrainingLine) => latents === target.mean;
const isWhole = (line: TrainingLine) => line.symbolIndices.length === whole.symbolIndices.length;

describe("training", () => {
  it("goes down, and says where it is", async () => {
    const { backend } = fakeBackend(manifest, same);
    const told: (readonly [number, number, number])[] = [];
    const result = await train(backend, manifest, stateOf(), {
      onProgress: ({ stage, step, steps, kl }) => {
        expect(stage).toBe("training");
        told.push([step, steps, kl ?? Infinity]);
      },
    });
    expect(result.step).toBe(60);
    expect(result.bestStep).toBe(60);
    expect(result.bestKl).toBeLessThan(0.8 * (told[0]?.[2] ?? 0));
    expect(told.map(([step]) => step)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(told.at(-1)?.[2]).toBeLessThan(told[0]?.[2] ?? 0);
  });

  it("leaves the state it was given as it was", async () => {
    const { backend } = fakeBackend(manifest, same);
    const start = stateOf();
    await train(backend, manifest, start);
    expect(start).toEqual(stateOf());
  });

  it("goes on from any saved state as if it had never stopped", async () => {
    const { backend } = fakeBackend(manifest, drawn);
    const saved: Uint8Array[] = [];
    const uninterrupted = await train(backend, manifest, stateOf(), {
      onState: (state) => saved.push(writeLearnState(state)),
    });
    expect(saved).toHaveLength(60 / stepsBetweenStates);
    for (const bytes of [saved[0], saved[3]]) {
      const resumed = await train(backend, manifest, readLearnState(bytes ?? new Uint8Array(0), manifest));
      expect(resumed).toEqual(uninterrupted);
    }
  });

  it("keeps the adapter that was best on what is held out, and stops when that gets worse", async () => {
    // The frames of the recording pull one way, the held-out ones, which only the whole line has, the other way.
    const { backend } = fakeBackend(manifest, (line, adapter) => {
      const { kl } = quadraticLoss(() => (isWhole(line) ? -0.1 : 0.1))(line, adapter);
      return { ...quadraticLoss(() => 0.1)(line, adapter), kl };
    });
    const { step, bestStep, best } = await train(backend, manifest, stateOf());
    expect(step).toBe(patience * stepsBetweenChecks);
    expect(bestStep).toBe(0);
    expect(best).toEqual(stateOf().values);
  });

  it.each([
    ["leaves the voice as it was when the gain may be chance", 0.9 * leastGain, 0],
    ["keeps an adapter that gains more than chance", 1.1 * leastGain, stepsBetweenChecks],
  ])("%s", async (_, gain, expected) => {
    const start = startValues(rank, manifest, 0)[0];
    const { backend } = fakeBackend(manifest, (line, adapter) => {
      const isAsItWas = adapter.attentionA[0] === start;
      return { ...same(line, adapter), kl: isAsItWas ? 1 : 1 - gain };
    });
    const { bestStep, best } = await train(backend, manifest, stateOf({ klBefore: 1 }));
    expect(bestStep).toBe(expected);
    expect(best[0] === start).toBe(expected === 0);
  });

  it.each([
    ["goes on while what it rehearses is little worse", 0.9 * mostForgotten, 60, 60],
    ["is over, and keeps nothing more, when what it rehearses is forgotten", 1.1 * mostForgotten, 20, 15],
  ])("%s", async (_, forgotten, steps, kept) => {
    const start = startValues(rank, manifest, 0);
    let checks = 0;
    const { backend } = fakeBackend(manifest, (line, adapter) => {
      const found = same(line, adapter);
      if (line.symbolIndices.length !== 9 || !isMean(line)) return found;
      return { ...found, kl: adapter.attentionA[0] === start[0] || ++checks < 4 ? 1 : 1 + forgotten };
    });
    const { step, bestStep, rehearsedBefore } = await train(backend, manifest, stateOf());
    expect(rehearsedBefore).toBe(1);
    expect([step, bestStep]).toEqual([steps, kept]);
  });

  it("judges by the held-out frames alone", async () => {
    const { backend } = fakeBackend(manifest, (line, adapter) => ({
      ...same(line, adapter),
      kl: isWhole(line) ? 3 : 1,
    }));
    const { bestKl } = await train(backend, manifest, stateOf({ steps: 1 }));
    expect(bestKl).toBeCloseTo((3 * 20 - 1 * 16) / 4, 5);
  });

  it("judges by the training lines when nothing is held out", async () => {
    const { backend } = fakeBackend(manifest, (line, adapter) => ({
      ...same(line, adapter),
      kl: line.symbolIndices.length === 16 ? 1 : 3,
    }));
    const { bestKl } = await train(
      backend,
      manifest,
      stateOf({ heldOut: undefined, heldOutFrom: 0, steps: 1 }),
    );
    expect(bestKl).toBeCloseTo((1 * 16 + 3 * 7) / 23, 5);
  });

  it("mixes recorded and rehearsed lines by their share", async () => {
    const seen: number[] = [];
    const { backend } = fakeBackend(manifest, (line, adapter) => {
      if (!isMean(line)) seen.push(line.symbolIndices.length);
      return same(line, adapter);
    });
    await train(backend, manifest, stateOf({ steps: 20, heldOut: undefined }));
    const rehearsed = seen.filter((frames) => frames === 9).length;
    expect(rehearsed / (20 * LEARN_SETTINGS.linesAStep)).toBeCloseTo(LEARN_SETTINGS.rehearsal, 1);
    expect(seen).toContain(16);
    expect(seen).toContain(7);
  });

  it("is cancelled before the next call of the backend", async () => {
    const stop = new AbortController();
    const { backend, calls } = fakeBackend(manifest, same);
    let callsWhenStopped = 0;
    const training = train(backend, manifest, stateOf(), {
      signal: stop.signal,
      onProgress: ({ step }) => {
        if (step !== 3) return;
        stop.abort(new Error("enough"));
        callsWhenStopped = calls.names.length;
      },
    });
    await expect(training).rejects.toThrow("enough");
    expect(calls.names.length).toBe(callsWhenStopped);
  });

  it("hears an abort that comes as an event, from a backend that never leaves the thread", async () => {
    const stop = new AbortController();
    const { backend } = fakeBackend(manifest, same);
    setTimeout(() => stop.abort(new Error("enough")));
    const training = train(backend, manifest, stateOf({ steps: 10_000 }), { signal: stop.signal });
    await expect(training).rejects.toThrow("enough");
  });

  it("passes on what the backend throws", async () => {
    const { backend } = fakeBackend(manifest, () => {
      throw new Error("device lost");
    });
    await expect(train(backend, manifest, stateOf())).rejects.toThrow("device lost");
  });
});

describe("a saved state", () => {
  it("reads back as it was", () => {
    const state = stateOf({ klBefore: 1.5, rehearsedBefore: 1.25, bestKl: 1.25, step: 7 });
    expect(readLearnState(writeLearnState(state), manifest)).toEqual(state);
    const short = stateOf({
      klBefore: 1,
      rehearsedBefore: 0,
      bestKl: 1,
      heldOut: undefined,
      heldOutFrom: 0,
      rehearsal: [],
    });
    expect(readLearnState(writeLearnState(short), manifest)).toEqual(short);
  });

  it("is refused when it is damaged, cut or of another model", () => {
    const bytes = writeLearnState(stateOf({ klBefore: 1, bestKl: 1 }));
    expect(() => readLearnState(bytes.subarray(0, bytes.length - 4), manifest)).toThrow(AdapterError);
    expect(() => readLearnState(bytes.with(999, (bytes[999] ?? 0) ^ 1), manifest)).toThrow("damaged");
    const other = writeLearnState(stateOf({ model: "0".repeat(64) }));
    expect(() => readLearnState(other, manifest)).toThrow("is for the model 000000000000");
  });

  it("is refused without consent", () => {
    const consent = { ...stateOf().consent, agreed: false as unknown as true };
    expect(() => readLearnState(writeLearnState(stateOf({ consent })), manifest)).toThrow(ConsentError);
  });
});
