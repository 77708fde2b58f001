import { describe, expect, it } from "vitest";
import type { SpeechBackend } from "../../runtime/backend.ts";
import { AdapterError, BackendError } from "../../runtime/errors.ts";
import type { Demand } from "../../runtime/schedule/demand.ts";
import { SCHEDULE_POLICY } from "../../runtime/schedule/policy.ts";
import { createScheduler } from "../../runtime/schedule/scheduler.ts";
import { speak } from "../../runtime/speech/speak.ts";
import { largestDifference, tinyManifest } from "../onnx/tiny-weights.ts";
import { createFakeBackend } from "../speech/fake-backend.ts";
import { REQUEST, settle } from "./crowd.ts";
import { createFakeDevice, SAMPLES_PER_FRAME } from "./fake-device.ts";

const manifest = await tinyManifest();
const TEXT = "The old mill. Who goes?";
function demandOf(slackMs = 0, rank = 0, signal = new AbortController().signal): Demand {
  return { slackMs, rank, signal };
}

async function samplesOf(backend: SpeechBackend, text = TEXT): Promise<number[]> {
  const samples: number[] = [];
  for await (const chunk of speak(backend, manifest, text)) samples.push(...chunk.samples);
  return samples;
}

function expectedSamples(): Promise<number[]> {
  return samplesOf(createFakeBackend(manifest));
}

describe("a line's backend", () => {
  it("gives what the real one gives, for many lines at once", async () => {
    const real = createFakeBackend(manifest);
    const scheduler = createScheduler(real);
    const lines = await Promise.all(
      Array.from({ length: 12 }, () => samplesOf(scheduler.backendFor(demandOf()))),
    );
    const expected = await expectedSamples();
    for (const samples of lines) expect(largestDifference(samples, expected)).toBe(0);
    expect(real.open.size).toBe(0);
    expect(scheduler.stats.waitingCalls).toBe(0);
  });

  it("passes on errors of the line's own making at once", async () => {
    const real = createFakeBackend(manifest);
    real.openSentence = () => Promise.reject(new AdapterError("not of this model"));
    const line = createScheduler(real).backendFor(demandOf());
    await expect(line.openSentence(REQUEST)).rejects.toThrow(AdapterError);
    await expect(line.advance([99], 1)).rejects.toThrow(RangeError);
  });

  it("rejects waiting calls when the line is over, and closes its sentence", async () => {
    const device = createFakeDevice({ costOf: () => 1 });
    const scheduler = createScheduler(device);
    const over = new AbortController();
    const line = scheduler.backendFor(demandOf(0, 0, over.signal));
    const opened = line.openSentence(REQUEST);
    scheduler.frame(0, 16);
    await settle();
    over.abort(new Error("walked away"));
    await expect(opened).rejects.toThrow("walked away");
    expect(device.open.size).toBe(1); // the device is still at it
    scheduler.frame(16, 16);
    device.finish();
    await settle();
    scheduler.frame(32, 16);
    device.finish();
    await settle();
    expect(device.open.size).toBe(0);
    await expect(line.openSentence(REQUEST)).rejects.toThrow("walked away");
  });

  it("rejects everything after disposal", async () => {
    const scheduler = createScheduler(createFakeDevice({ costOf: () => 1 }));
    const line = scheduler.backendFor(demandOf());
    const opened = line.openSentence(REQUEST);
    scheduler.dispose();
    await expect(opened).rejects.toThrow(BackendError);
    await expect(line.openSentence(REQUEST)).rejects.toThrow(BackendError);
  });
});

describe("calls for one sentence", () => {
  it("made at the same time are done one after the other", async () => {
    const device = createFakeDevice({ costOf: () => 0.01 });
    const scheduler = createScheduler(device);
    const line = scheduler.backendFor(demandOf());
    const frames = async (count: number) => {
      for (let frame = 0; frame < count; frame++) {
        scheduler.frame(frame * 16, 16);
        device.finish();
        await settle();
      }
    };
    const opening = line.openSentence(REQUEST);
    await frames(5);
    const handle = await opening;
    const both = Promise.all([line.advance([handle], 3), line.advance([handle], 4), line.decode([handle])]);
    await frames(20);
    const [first, second, [samples]] = await both;
    expect([first[0]?.symbolIndices.length, second[0]?.symbolIndices.length]).toEqual([3, 4]);
    expect(samples?.length).toBe(7 * SAMPLES_PER_FRAME);
    for (const { handles } of device.batches) expect(new Set(handles).size).toBe(handles.length);
  });
});

describe("order", () => {
  /** The ranks of lines in the order in which a plain backend, busy at first, gets their calls. */
  async function servedOrder(demands: readonly Demand[], waitMs = 0): Promise<number[]> {
    const order: number[] = [];
    const real = createFakeBackend(manifest);
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    real.openSentence = async ({ noise }) => {
      order.push(noise.stream);
      await gate;
      return noise.stream;
    };
    const scheduler = createScheduler(real);
    scheduler.frame(0, 16);
    const open = (demand: Demand, stream: number) =>
      scheduler.backendFor(demand).openSentence({ ...REQUEST, noise: { ...REQUEST.noise, stream } });
    const busy = [open(demandOf(), 100), open(demandOf(), 101)];
    await settle();
    const first = demands[0] && open(demands[0], 0);
    scheduler.frame(waitMs, 16);
    const rest = demands.slice(1).map((demand, index) => open(demand, index + 1));
    letGo();
    await Promise.all([...busy, first, ...rest]);
    return order.slice(2);
  }

  it("is by who runs dry first, then by rank, then by who came first", async () => {
    const demands = [demandOf(900, 0), demandOf(120, 5), demandOf(150, 2), demandOf(20, 9), demandOf(120, 2)];
    expect(await servedOrder(demands)).toEqual([3, 2, 4, 1, 0]);
  });

  it("puts first what has waited beyond the starvation bound", async () => {
    const demands = [demandOf(5000, 9), demandOf(0, 0), demandOf(0, 0)];
    expect(await servedOrder(demands, SCHEDULE_POLICY.starvationMs + 1)).toEqual([0, 1, 2]);
    expect(await servedOrder(demands, SCHEDULE_POLICY.starvationMs - 1)).toEqual([1, 2, 0]);
  });
});

describe("slots", () => {
  it("bounds the open sentences, and lets the next in when one closes", async () => {
    const real = createFakeBackend(manifest);
    const scheduler = createScheduler(real, { slots: 2 });
    const lines = [1, 2, 3].map(() => scheduler.backendFor(demandOf()));
    const [first, , third] = lines.map((line) => line.openSentence(REQUEST));
    await settle();
    expect(real.open.size).toBe(2);
    await lines[0]?.close((await first) ?? -1);
    await third;
    expect(real.open.size).toBe(2);
  });

  it("takes the slot of a line nobody listens to, and makes that line's sentence again to the sample", async () => {
    const real = createFakeBackend(manifest);
    const scheduler = createScheduler(real, { slots: 1 });
    const demand = demandOf();
    const idle = speak(scheduler.backendFor(demand), manifest, TEXT);
    const samples = [...((await idle.next()).value?.samples ?? [])];
    demand.slackMs = Infinity;
    expect(
      largestDifference(await samplesOf(scheduler.backendFor(demandOf())), await expectedSamples()),
    ).toBe(0);
    demand.slackMs = 0;
    for await (const chunk of idle) samples.push(...chunk.samples);
    expect(largestDifference(samples, await expectedSamples())).toBe(0);
  });
});

describe("a backend that fails", () => {
  /** A fake that is lost after so many calls. */
  function createFailing(calls: number) {
    const real = createFakeBackend(manifest);
    let left = calls;
    const guard =
      <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        left-- > 0 ? work(...args) : Promise.reject(new BackendError("The device was lost."));
    return Object.assign(real, {
      openSentence: guard(real.openSentence),
      advance: guard(real.advance),
      decode: guard(real.decode),
    });
  }

  it("is replaced in the middle of a sentence without a sample lost or repeated, wherever it fails", async () => {
    const expected = await expectedSamples();
    for (let calls = 0; calls < 24; calls++) {
      const scheduler = createScheduler(createFailing(calls));
      const samples = samplesOf(scheduler.backendFor(demandOf()));
      await settle();
      scheduler.setBackend(createFakeBackend(manifest));
      expect(largestDifference(await samples, expected)).toBe(0);
    }
  });

  it("is replaced in the middle of a call when both are paced, and frames take the line on", async () => {
    const devices = [1, 2].map(() => createFakeDevice({ costOf: () => 1 }));
    const scheduler = createScheduler(devices[0]!);
    const line = scheduler.backendFor(demandOf());
    const speaking = (async () => {
      const handle = await line.openSentence(REQUEST);
      const [batch] = await line.advance([handle], 12);
      const [samples] = await line.decode([handle]);
      return [batch?.symbolIndices.length, samples?.length];
    })();
    const frames = async (count: number, device: number) => {
      for (let frame = 0; frame < count; frame++) {
        scheduler.frame(frame * 16, 16);
        devices[device]!.finish();
        await settle();
      }
    };
    while (devices[0]!.batches.length < 2) await frames(1, 0);
    scheduler.setBackend(devices[1]!);
    await frames(200, 1);
    expect(await speaking).toEqual([12, 12 * SAMPLES_PER_FRAME]);
    expect(devices[1]!.batches.map(({ kind }) => kind)).toEqual(["advance", "advance", "advance", "decode"]);
  });

  it("is replaced by one that fails, and again", async () => {
    const scheduler = createScheduler(createFailing(3));
    const samples = samplesOf(scheduler.backendFor(demandOf()));
    for (let time = 0; time < 40; time++) {
      await settle();
      scheduler.setBackend(createFailing(6 + time));
    }
    expect(largestDifference(await samples, await expectedSamples())).toBe(0);
  });

  it("is waited for as long as the policy says; then lines get its error", async () => {
    const scheduler = createScheduler(createFailing(3));
    const samples = samplesOf(scheduler.backendFor(demandOf()));
    const outcome = samples.catch((error: unknown) => error);
    let settled = false;
    void outcome.then(() => (settled = true));
    await settle();
    for (const nowMs of [0, 100, SCHEDULE_POLICY.recoveryMs - 1]) {
      scheduler.frame(nowMs, 16);
      await settle();
    }
    expect(settled).toBe(false);
    scheduler.frame(SCHEDULE_POLICY.recoveryMs + 200, 16);
    expect(await outcome).toBeInstanceOf(BackendError);
  });

  it("for a moment only is tried again, and nobody notices", async () => {
    const real = createFakeBackend(manifest);
    const { advance } = real;
    let failures = 2;
    real.advance = (handles, frames) =>
      failures-- > 0 ? Promise.reject(new BackendError("out of memory")) : advance(handles, frames);
    const scheduler = createScheduler(real);
    const samples = samplesOf(scheduler.backendFor(demandOf()));
    for (let time = 0; time < 4; time++) {
      await settle();
      scheduler.frame(time * SCHEDULE_POLICY.retryMs, 16);
    }
    expect(largestDifference(await samples, await expectedSamples())).toBe(0);
    expect(real.open.size).toBe(0);
  });

  it("may never answer at all", async () => {
    const silent = createFakeBackend(manifest);
    silent.advance = () => new Promise(() => undefined);
    const scheduler = createScheduler(silent);
    const samples = samplesOf(scheduler.backendFor(demandOf()));
    await settle();
    scheduler.setBackend(createFakeBackend(manifest));
    expect(largestDifference(await samples, await expectedSamples())).toBe(0);
  });
});
