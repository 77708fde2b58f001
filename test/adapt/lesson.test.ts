import { describe, expect, it } from "vitest";
import { beginningOf, drawLine, meanLine } from "../../runtime/adapt/lesson.ts";
import { lessonsOf } from "../../runtime/adapt/lessons.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";

const manifest = await tinyManifest();
const D = manifest.latentDim;
const FRAMES = 400;
const speaker = new Float32Array(manifest.speaker.dim);
const posterior = (frames: number) => ({
  mean: Float32Array.from({ length: frames * D }, (_, i) => Math.floor(i / D)),
  logScale: new Float32Array(frames * D).fill(Math.log(0.5)),
});
const lesson = {
  conditioning: speaker,
  symbols: Int32Array.of(1, 5, 6, 3),
  symbolIndices: new Int32Array(FRAMES).fill(1),
  target: posterior(FRAMES),
};
const QUIET = { deviation: 0, dropped: 0 };

function deviationOf(latents: Float32Array): number {
  const off = latents.map((value, i) => value - Math.floor(i / D));
  return Math.sqrt(off.reduce((sum, value) => sum + value * value, 0) / off.length);
}

describe("a draw of a lesson", () => {
  it("has the posterior's spread; its target stays", () => {
    const line = drawLine(lesson, 1, 0, QUIET);
    expect(deviationOf(line.latents)).toBeCloseTo(0.5, 1);
    expect(line.target).toBe(lesson.target);
  });

  it("is the same for the same number only", () => {
    const { latents } = drawLine(lesson, 1, 3, QUIET);
    expect(drawLine(lesson, 1, 3, QUIET).latents).toEqual(latents);
    expect(drawLine(lesson, 1, 4, QUIET).latents).not.toEqual(latents);
    expect(drawLine(lesson, 2, 3, QUIET).latents).not.toEqual(latents);
  });

  it("gets noise of its own size, and frames that are zero", () => {
    const sizes = [0, 1, 2, 3].map((draw) =>
      deviationOf(drawLine(lesson, 1, draw, { deviation: 4, dropped: 0 }).latents),
    );
    expect(new Set(sizes.map((size) => size.toFixed(2))).size).toBe(4);
    expect(Math.max(...sizes)).toBeLessThan(4.2);
    const { latents } = drawLine(lesson, 1, 0, { deviation: 0, dropped: 0.25 });
    const zeros = Array.from({ length: FRAMES }, (_, frame) =>
      latents.subarray(frame * D, (frame + 1) * D),
    ).filter((frame) => frame.every((value) => value === 0));
    expect(zeros.length / FRAMES).toBeGreaterThan(0.17);
    expect(zeros.length / FRAMES).toBeLessThan(0.33);
  });

  it("is read without noise for judging", () => expect(meanLine(lesson).latents).toBe(lesson.target.mean));

  it("has a beginning of as many frames as wanted, with the whole text", () => {
    const beginning = beginningOf(lesson, 3);
    expect(beginning.symbols).toBe(lesson.symbols);
    expect(beginning.symbolIndices).toHaveLength(3);
    expect(beginning.target.mean).toEqual(posterior(3).mean);
  });
});

describe("the lessons of a recording", () => {
  const path = (...runs: readonly (readonly [symbol: number, frames: number])[]) =>
    Int32Array.from(runs.flatMap(([symbol, frames]) => Array.from({ length: frames }, () => symbol)));
  const symbols = lesson.symbols;

  it("lose silence at the end that the training data does not have, and hold out the last half", () => {
    const symbolIndices = path([0, 1], [1, 15], [2, 15], [3, 9]);
    const { training, heldOut, heldOutFrom } = lessonsOf(
      [{ symbols, symbolIndices, posterior: posterior(40) }],
      speaker,
      manifest,
    );
    expect(heldOut?.symbolIndices).toEqual(path([0, 1], [1, 15], [2, 15], [3, 3]));
    expect(heldOut?.target.mean.length).toBe(34 * D);
    expect(heldOutFrom).toBe(17);
    expect(training).toHaveLength(1);
    expect(training[0]?.symbolIndices).toEqual(heldOut?.symbolIndices.slice(0, 17));
    expect(training[0]?.target.mean.length).toBe(17 * D);
  });

  it("hold out the whole last sentence when it is short", () => {
    const sentences = [
      { symbols, symbolIndices: path([0, 1], [1, 6], [2, 6], [3, 3]), posterior: posterior(16) },
      { symbols, symbolIndices: path([0, 1], [1, 6], [3, 3]), posterior: posterior(10) },
    ];
    const { training, heldOut, heldOutFrom } = lessonsOf(sentences, speaker, manifest);
    expect(training.map(({ symbolIndices }) => symbolIndices.length)).toEqual([16]);
    expect([heldOut?.symbolIndices.length, heldOutFrom]).toEqual([10, 0]);
  });

  it("hold out nothing of what is too short", () => {
    const symbolIndices = path([0, 1], [1, 4], [2, 3], [3, 2]);
    const sentences = [{ symbols, symbolIndices, posterior: posterior(10) }];
    const { training, heldOut } = lessonsOf(sentences, speaker, manifest);
    expect(heldOut).toBeUndefined();
    expect(training.map((each) => each.symbolIndices.length)).toEqual([10]);
    expect(lessonsOf([], speaker, manifest).training).toEqual([]);
  });
});
