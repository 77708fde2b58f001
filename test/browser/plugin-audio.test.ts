import { describe, expect, it } from "vitest";
import { createAudioOutput } from "../../plugin/audio/audio-output.ts";
import { PCM_PLAYER_SOURCE } from "../../plugin/audio/pcm-player-source.ts";
import { resampleAll } from "../../runtime/speech/resample.ts";
import { cutAtRandom, noise, tone } from "../speech/signals.ts";
import { everySeconds, renderWith } from "./offline.ts";

const MODEL_HZ = 16_000;

/** Frames of 5 ms, the length of a fade. */
const fadeOf = (hz: number) => Math.round(hz * 0.005);

describe("audio output", () => {
  it.each([44_100, 48_000])("brings every sample of 60 s to a context of %d Hz, once", async (hz) => {
    const line = noise(60 * MODEL_HZ, 11);
    const wanted = resampleAll(line, MODEL_HZ, hz);
    const context = new OfflineAudioContext(1, wanted.length + hz, hz);
    const output = await createAudioOutput({ context, sampleRateHz: MODEL_HZ, speakers: 1 });
    const sink = output.open(1, { gain: 1 })!;
    const chunks = cutAtRandom(line, 8000, 5);
    let written = 0;
    const feed = (second: number) => {
      while (chunks.length > 0 && written < (second + 2) * MODEL_HZ) {
        const chunk = chunks.shift()!;
        written += chunk.length;
        sink.write(chunk);
      }
      if (chunks.length === 0) sink.end();
    };
    const rendered = await renderWith(context, everySeconds(1, 60), feed);
    const heard = rendered.getChannelData(0);
    const first = heard.findIndex((sample) => sample !== 0);
    const start = first - wanted.findIndex((sample) => sample !== 0);
    const fade = fadeOf(hz);
    const differs = wanted.findIndex((sample, frame) => {
      return frame >= fade && frame < wanted.length - fade && sample !== heard[start + frame];
    });
    expect(start).toBeLessThan(hz * 0.02);
    expect(differs).toBe(-1);
    expect(sink.underruns).toBe(0);
    output.dispose();
  });

  it("tells the position of what is heard by the context's clock, and when the line is over", async () => {
    const context = new OfflineAudioContext(1, 48_000 * 2, 48_000);
    const output = await createAudioOutput({ context, sampleRateHz: MODEL_HZ, speakers: 1 });
    const sink = output.open(1, { gain: 1 })!;
    sink.write(tone(300, MODEL_HZ, 1));
    sink.end();
    const times = [0.1, 0.25, 0.5, 0.9, 1.2];
    const seen: { played: number; buffered: number; done: boolean; level: number }[] = [];
    await renderWith(context, times, (second) => {
      if (second === 0) return;
      const { playedSamples: played, bufferedSamples: buffered, done } = sink;
      seen.push({ played, buffered, done, level: output.levelOf(1) });
    });
    const wanted = times.map((time) => Math.min(time, 1) * MODEL_HZ);
    seen.forEach(({ played, buffered }, i) => {
      expect(Math.abs(played - wanted[i]!)).toBeLessThan(MODEL_HZ * 0.02);
      expect(played + buffered).toBe(MODEL_HZ);
    });
    expect(seen.map(({ done }) => done)).toEqual([false, false, false, false, true]);
    expect(seen[2]!.level).toBeCloseTo(0.5 / Math.SQRT2, 1);
    expect(seen[4]!.level).toBe(0);
    output.dispose();
  });

  it("has as many lines at once as it has speakers, and uses a speaker again when its line is given back", async () => {
    const context = new OfflineAudioContext(1, 48_000, 48_000);
    const output = await createAudioOutput({ context, sampleRateHz: MODEL_HZ, speakers: 2 });
    const first = output.open(1, { gain: 1 })!;
    expect(output.open(2, { gain: 1 })).toBeDefined();
    expect(output.open(3, { gain: 1 })).toBeUndefined();
    first.write(new Float32Array(MODEL_HZ).fill(0.4));
    let again: ReturnType<typeof output.open>;
    const rendered = await renderWith(context, [0.25, 0.5], (second) => {
      if (second === 0.25) {
        first.release();
        again = output.open(3, { gain: 1 });
        again?.write(new Float32Array(MODEL_HZ).fill(-0.2));
      } else if (second === 0.5) again?.stop();
    });
    const heard = rendered.getChannelData(0);
    const jump = heard.reduce((most, sample, i) => Math.max(most, Math.abs(sample - (heard[i - 1] ?? 0))), 0);
    expect(heard[0.2 * 48_000]).toBeCloseTo(0.4, 2);
    expect(heard[0.4 * 48_000]).toBeCloseTo(-0.2, 2);
    expect(heard[0.6 * 48_000]).toBe(0);
    expect(jump).toBeLessThan(0.01);
    expect([first.done, again?.done]).toEqual([true, true]);
    output.dispose();
    expect(output.open(4, { gain: 1 })).toBeUndefined();
    expect(output.running).toBe(false);
  });

  it("loads the worklet from a URL where the page forbids blobs, and says so when it is not there", async () => {
    const url = URL.createObjectURL(new Blob([PCM_PLAYER_SOURCE], { type: "text/javascript" }));
    const options = { context: new OfflineAudioContext(1, 128, 48_000), sampleRateHz: MODEL_HZ, speakers: 1 };
    const output = await createAudioOutput({ ...options, workletUrl: url });
    expect(output.open(1, { gain: 1 })).toBeDefined();
    output.dispose();
    const missing = { ...options, context: new OfflineAudioContext(1, 128, 48_000) };
    await expect(createAudioOutput({ ...missing, workletUrl: "/no-such-file.js" })).rejects.toThrow();
    await expect(createAudioOutput(missing)).resolves.toBeDefined();
  });
});
