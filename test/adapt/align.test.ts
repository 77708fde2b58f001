import { describe, expect, it } from "vitest";
import { CERTAIN_COST } from "../../runtime/adapt/align-recording.ts";
import { alignSpeech } from "../../runtime/adapt/align.ts";
import { symbolTimes } from "../../runtime/speech/symbol-times.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { noise } from "../speech/signals.ts";
import { sayVowels } from "./fake-backend.ts";

const manifest = await tinyManifest();
const idOf = (name: string) => manifest.symbols.indexOf(name);
const sentence = (...names: string[]) => Int32Array.from(["<s>", ...names, "."], idOf);

/** A sentence as the model says it, two frames a symbol. */
function spoken(symbols: Int32Array) {
  const symbolIndices = Int32Array.from({ length: symbols.length * 2 }, (_, t) => Math.floor(t / 2));
  return {
    symbols,
    frames: symbolIndices.length,
    symbolIndices,
    spans: symbolTimes(symbolIndices),
    samples: sayVowels(symbols, () => 2, manifest),
  };
}

const first = sentence("AA1", "IY1", "UW1", "EH1", "OW1", "AE1", "ER0", "AO1");
const second = sentence("IH1", "AA1", "EY1", "UH1", "IY1", "AH1", "OW1", "UW1");

/** The symbol of every frame, from how many frames each symbol lasts. */
function truth(symbols: Int32Array, framesOf: (place: number) => number): number[] {
  return Array.from(symbols, (_, place) => Array.from({ length: framesOf(place) }, () => place)).flat();
}

describe("alignment", () => {
  it("carries symbols over to a slower speaker with another pitch", async () => {
    const framesOf = (place: number) => 2 + (place % 3);
    const recording = sayVowels(first, framesOf, manifest, 170);
    const { cost, meanCost, sentences } = await alignSpeech(recording, [spoken(first)], manifest);
    expect(cost).toBeLessThan(CERTAIN_COST);
    expect(meanCost).toBeLessThan(CERTAIN_COST);
    expect(sentences).toHaveLength(1);
    const expected = truth(first, framesOf);
    const given = [...(sentences[0]?.symbolIndices ?? [])];
    expect(given).toHaveLength(expected.length);
    const right = given.filter((symbol, frame) => symbol === expected[frame]).length;
    expect(right / expected.length).toBeGreaterThan(0.85);
    expect(given.every((symbol, frame) => Math.abs(symbol - (expected[frame] ?? 0)) <= 1)).toBe(true);
    expect(given.every((symbol, frame) => symbol >= (given[frame - 1] ?? 0))).toBe(true);
  });

  it("cuts a recording of two sentences where the second begins", async () => {
    const recording = Float32Array.from([
      ...sayVowels(first, () => 3, manifest),
      ...sayVowels(second, () => 2, manifest),
    ]);
    const { sentences } = await alignSpeech(recording, [spoken(first), spoken(second)], manifest);
    expect(sentences.map((each) => each.spoken.symbols)).toEqual([first, second]);
    const [one, two] = sentences;
    expect(Math.abs((two?.firstFrame ?? 0) - 30)).toBeLessThanOrEqual(2); // in the silence between them
    expect((one?.symbolIndices.length ?? 0) + (two?.symbolIndices.length ?? 0)).toBe(50);
    expect(two?.symbolIndices.at(-1)).toBe(second.length - 1);
  });

  it.each([
    ["another sentence", sayVowels(second, () => 2, manifest)],
    ["noise", noise(first.length * 2 * 1280).map((value) => value * 0.1)],
    ["one more sentence", sayVowels([...first, ...second], () => 2, manifest)],
  ])("costs more for %s", async (_, recording) => {
    const { cost } = await alignSpeech(recording, [spoken(first)], manifest);
    expect(cost).toBeGreaterThan(CERTAIN_COST);
  });

  it("costs more for a text that has a sentence too many", async () => {
    const recording = sayVowels(first, () => 3, manifest);
    const { cost } = await alignSpeech(recording, [spoken(first), spoken(second)], manifest);
    expect(cost).toBeGreaterThan(CERTAIN_COST);
  });
});
