import { describe, expect, it } from "vitest";
import { resampleAll } from "../../../runtime/speech/resample.ts";
import { amplitudeAt, cutAtRandom, largestJump, noise, tone } from "../../speech/signals.ts";
import { createTestPlayer, FADE_FRAMES, MODEL_HZ, render } from "./play.ts";

const CONTEXT_RATES = [44_100, 48_000] as const;
const decibels = (ratio: number) => 20 * Math.log10(ratio);

/** Between the fades at both ends. */
const isInner = (frame: number, frames: number) => frame >= FADE_FRAMES && frame < frames - FADE_FRAMES;

/** Plays a whole line, written at once. */
function playAll(input: Float32Array, contextHz: number): Float32Array {
  const player = createTestPlayer(contextHz);
  player.receive({ kind: "open", line: 1, gain: 1 });
  player.receive({ kind: "write", samples: input });
  player.receive({ kind: "end" });
  const frames = Math.ceil((input.length * contextHz) / MODEL_HZ);
  return render(player, Math.ceil(frames / 128) + 1).samples.subarray(0, frames);
}

describe("pcm player", () => {
  it.each(CONTEXT_RATES)(
    "loses and repeats no sample over 60 s in chunks of random length, at %d Hz",
    (hz) => {
      const input = noise(60 * MODEL_HZ, 7);
      const wanted = resampleAll(input, MODEL_HZ, hz);
      const chunks = cutAtRandom(input, 4000, 3);
      const player = createTestPlayer(hz);
      player.receive({ kind: "open", line: 1, gain: 1 });
      const quanta = Math.ceil(wanted.length / 128);
      const perQuantum = (128 * MODEL_HZ) / hz;
      let written = 0;
      const { samples, reports } = render(player, quanta + 1, (quantum) => {
        while (chunks.length > 0 && written < (quantum + 1) * perQuantum + 2000) {
          const chunk = chunks.shift()!;
          written += chunk.length;
          player.receive({ kind: "write", samples: chunk });
          if (chunks.length === 0) player.receive({ kind: "end" });
        }
      });
      const differs = wanted.findIndex(
        (value, frame) => value !== samples[frame] && isInner(frame, wanted.length),
      );
      expect(differs).toBe(-1);
      expect(samples.subarray(wanted.length).every((sample) => sample === 0)).toBe(true);
      expect(reports.at(-1)).toMatchObject({ state: "done", played: input.length, underruns: 0 });
    },
  );

  it.each(CONTEXT_RATES)("rejects the images of a tone by 60 dB at %d Hz", (hz) => {
    for (const pitch of [500, 3000, 6000, 7500]) {
      const output = playAll(tone(pitch, MODEL_HZ, 0.5), hz);
      const images = [MODEL_HZ - pitch, MODEL_HZ + pitch].filter((image) => image < hz / 2);
      const worst = Math.max(...images.map((image) => decibels(amplitudeAt(output, image, hz) / 0.5)));
      expect(worst).toBeLessThan(-60);
      if (pitch <= 6000) expect(Math.abs(decibels(amplitudeAt(output, pitch, hz) / 0.5))).toBeLessThan(0.05);
    }
  });

  it("passes samples through a context of the model's own rate", () => {
    const input = noise(4000);
    const inner = (all: Float32Array) => all.subarray(FADE_FRAMES, -FADE_FRAMES);
    expect(inner(playAll(input, MODEL_HZ))).toEqual(inner(input));
  });

  it("fades in at the start and out at the end over 5 ms", () => {
    const output = playAll(new Float32Array(8000).fill(0.5), 48_000);
    expect(output[0]).toBeLessThan(0.01);
    expect(output[FADE_FRAMES / 2]).toBeCloseTo(0.25, 1);
    expect(output[FADE_FRAMES + 50]).toBeCloseTo(0.5, 2);
    expect(output.at(-1)).toBeLessThan(0.01);
    expect(largestJump(output)).toBeLessThan(0.01);
  });

  it("survives an underrun: counts it, fades, holds silence, goes on with the next sample", () => {
    const level = new Float32Array(1600).fill(0.5);
    const player = createTestPlayer(48_000);
    player.receive({ kind: "open", line: 1, gain: 1 });
    player.receive({ kind: "write", samples: level });
    const { samples, reports } = render(player, 200, (quantum) => {
      if (quantum === 100) player.receive({ kind: "write", samples: level });
      if (quantum === 110) player.receive({ kind: "end" });
    });
    expect(samples.subarray(60 * 128, 100 * 128).every((sample) => sample === 0)).toBe(true);
    expect(samples.subarray(104 * 128, 120 * 128).every((sample) => Math.abs(sample - 0.5) < 0.01)).toBe(
      true,
    );
    expect(largestJump(samples)).toBeLessThan(0.01);
    expect(reports.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1])).toEqual([
      "flowing",
      "waiting",
      "flowing",
      "done",
    ]);
    expect(reports.at(-1)).toMatchObject({ underruns: 1, played: 3200 });
  });

  it("waits after an underrun until enough is there for sound without stutter", () => {
    const player = createTestPlayer(48_000);
    player.receive({ kind: "open", line: 1, gain: 1 });
    player.receive({ kind: "write", samples: noise(480) });
    render(player, 20);
    player.receive({ kind: "write", samples: noise(200) });
    expect(render(player, 20).samples.every((sample) => sample === 0)).toBe(true);
    player.receive({ kind: "write", samples: noise(200) });
    expect(render(player, 20).samples.some((sample) => sample !== 0)).toBe(true);
  });

  it("stops with a fade and forgets the rest", () => {
    const player = createTestPlayer(48_000);
    player.receive({ kind: "open", line: 1, gain: 1 });
    player.receive({ kind: "write", samples: new Float32Array(16_000).fill(0.5) });
    render(player, 20);
    player.receive({ kind: "stop", fadeFrames: 480 });
    const { samples, reports } = render(player, 20);
    expect(samples[0]).toBeCloseTo(0.5, 2);
    expect(samples[240]).toBeCloseTo(0.25, 1);
    expect(samples.subarray(490).every((sample) => sample === 0)).toBe(true);
    expect(largestJump(samples)).toBeLessThan(0.01);
    expect(reports.at(-1)?.state).toBe("done");
  });

  it("opens the next line only after the last one has faded, and loses none of it", () => {
    const player = createTestPlayer(48_000);
    player.receive({ kind: "open", line: 1, gain: 1 });
    player.receive({ kind: "write", samples: new Float32Array(16_000).fill(0.5) });
    render(player, 20);
    const next = noise(1600, 5);
    player.receive({ kind: "open", line: 2, gain: 1 });
    player.receive({ kind: "write", samples: next });
    player.receive({ kind: "end" });
    const { samples, reports } = render(player, 60);
    const start = 128 * 2; // 240 frames of fade end in the second quantum
    const wanted = resampleAll(next, MODEL_HZ, 48_000);
    expect(samples.subarray(start + FADE_FRAMES, start + 4000)).toEqual(wanted.subarray(FADE_FRAMES, 4000));
    expect(reports.at(-1)).toMatchObject({ line: 2, state: "done", played: 1600, underruns: 0 });
  });

  it("reaches a new gain in a ramp", () => {
    const player = createTestPlayer(48_000);
    player.receive({ kind: "open", line: 1, gain: 0.5 });
    player.receive({ kind: "write", samples: new Float32Array(16_000).fill(0.5) });
    expect(render(player, 10).samples.at(-1)).toBeCloseTo(0.25, 3);
    player.receive({ kind: "gain", gain: 1, rampFrames: 960 });
    const { samples } = render(player, 10);
    expect(samples[480]).toBeCloseTo(0.375, 2);
    expect(samples[1000]).toBeCloseTo(0.5, 3);
    player.receive({ kind: "gain", gain: 0, rampFrames: 960 });
    expect(render(player, 10).samples.at(-1)).toBe(0);
  });

  it("ends a line of nothing, and one that is stopped before it began", () => {
    const player = createTestPlayer(48_000);
    player.receive({ kind: "open", line: 1, gain: 1 });
    player.receive({ kind: "write", samples: new Float32Array(0) });
    player.receive({ kind: "end" });
    expect(render(player, 2).reports.at(-1)).toMatchObject({
      line: 1,
      state: "done",
      played: 0,
      underruns: 0,
    });
    player.receive({ kind: "open", line: 2, gain: 1 });
    player.receive({ kind: "stop", fadeFrames: 10 });
    expect(render(player, 2).reports.at(-1)).toMatchObject({ line: 2, state: "done", played: 0 });
  });

  it("reports the position 30 to 60 times a second, and the level of the sound", () => {
    const player = createTestPlayer(48_000);
    player.receive({ kind: "open", line: 1, gain: 1 });
    player.receive({ kind: "write", samples: tone(400, MODEL_HZ, 2) });
    const { reports } = render(player, 375);
    expect(reports.length).toBeGreaterThan(30);
    expect(reports.length).toBeLessThan(60);
    expect(reports.at(-1)?.level).toBeCloseTo(0.5 / Math.SQRT2, 1);
  });
});
