import { describe, expect, it } from "vitest";
import type { SpeechBackend, TrainingLine } from "../../runtime/backend.ts";
import { AdapterError, BackendError } from "../../runtime/errors.ts";
import { SCHEDULE_POLICY } from "../../runtime/schedule/policy.ts";
import { createScheduler, type Scheduler } from "../../runtime/schedule/scheduler.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { createFakeBackend } from "../speech/fake-backend.ts";
import { settle, startTalker } from "./crowd.ts";
import { createFakeDevice } from "./fake-device.ts";

const manifest = await tinyManifest();
const NUMBERS = new Float32Array(8);
const ADAPTER = { rank: 1, attentionA: NUMBERS, attentionB: NUMBERS, headA: NUMBERS, headB: NUMBERS };
const LINE: TrainingLine = {
  conditioning: NUMBERS,
  symbols: Int32Array.of(1, 2),
  symbolIndices: Int32Array.of(0),
  latents: NUMBERS,
  target: { mean: NUMBERS, logScale: NUMBERS },
};
const REQUEST = {
  ...LINE,
  noise: { seedLo: 0, seedHi: 0, stream: 1 },
  temperature: 0,
};
const GRADIENT = { kl: 1, pointer: 2, gradient: ADAPTER, conditioningGradient: NUMBERS };

/** What trains beside the game's lines. */
function trainerOf(scheduler: Scheduler, signal = new AbortController().signal): SpeechBackend {
  return scheduler.backendFor({ slackMs: Infinity, rank: Infinity, signal });
}

/** A backend that is not paced, whose training steps end when the test says so. */
function createSlowTrainer() {
  const steps: ((settle: "done" | Error) => void)[] = [];
  const backend = createFakeBackend(manifest);
  backend.adapterGradient = () =>
    new Promise((resolve, reject) => steps.push((how) => (how === "done" ? resolve(GRADIENT) : reject(how))));
  return { backend, steps };
}

describe("work that no line waits for", () => {
  it("gives what the backend gives, one call at a time", async () => {
    const { backend, steps } = createSlowTrainer();
    backend.encode = async (samples) => ({ mean: samples, logScale: samples });
    const scheduler = createScheduler(backend);
    const trainer = trainerOf(scheduler);
    const results = Promise.all([
      trainer.encode(NUMBERS),
      trainer.embedSpeaker(NUMBERS),
      trainer.adapterGradient(LINE, ADAPTER),
      trainer.adapterGradient(LINE, ADAPTER),
    ]);
    const begun: number[] = [];
    for (let frame = 1; frame <= 6; frame++) {
      scheduler.frame(frame * 16, 16);
      await settle();
      begun.push(steps.length);
      if (frame >= 4) steps[frame - 4]?.("done");
      await settle();
    }
    expect(begun).toEqual([0, 0, 1, 1, 2, 2]);
    const [encoded, embedded, ...gradients] = await results;
    expect(encoded.mean).toBe(NUMBERS);
    expect(embedded.mean).toEqual(NUMBERS);
    expect(gradients).toEqual([GRADIENT, GRADIENT]);
  });

  it("passes on an error of the call's own making", async () => {
    const { backend, steps } = createSlowTrainer();
    const scheduler = createScheduler(backend);
    const training = trainerOf(scheduler).adapterGradient(LINE, ADAPTER);
    scheduler.frame(0, 16);
    steps[0]?.(new AdapterError("of another model"));
    await expect(training).rejects.toThrow(AdapterError);
  });

  it("is rejected at once when it is cancelled, waiting or under way, and makes room for the next", async () => {
    const { backend, steps } = createSlowTrainer();
    const scheduler = createScheduler(backend);
    const stop = new AbortController();
    const trainer = trainerOf(scheduler, stop.signal);
    const both = [trainer.adapterGradient(LINE, ADAPTER), trainer.adapterGradient(LINE, ADAPTER)];
    scheduler.frame(0, 16);
    stop.abort(new Error("enough"));
    for (const training of both) await expect(training).rejects.toThrow("enough");
    await expect(trainer.adapterGradient(LINE, ADAPTER)).rejects.toThrow("enough");
    const next = trainerOf(scheduler).adapterGradient(LINE, ADAPTER);
    scheduler.frame(16, 16);
    expect(steps).toHaveLength(1); // the backend is still at the first
    steps[0]?.("done");
    await settle();
    scheduler.frame(32, 16);
    steps[1]?.("done");
    expect(await next).toBe(GRADIENT);
  });

  it("is rejected by disposal", async () => {
    const scheduler = createScheduler(createSlowTrainer().backend);
    const trainer = trainerOf(scheduler);
    const training = trainer.adapterGradient(LINE, ADAPTER);
    scheduler.dispose();
    await expect(training).rejects.toThrow(BackendError);
    await expect(trainer.adapterGradient(LINE, ADAPTER)).rejects.toThrow(BackendError);
  });
});

describe("on a backend that is not paced", () => {
  it("waits while a line is heard that could run dry meanwhile", async () => {
    const { backend, steps } = createSlowTrainer();
    const scheduler = createScheduler(backend);
    const demand = { slackMs: 1500, rank: 0, signal: new AbortController().signal };
    const line = scheduler.backendFor(demand);
    const trainer = trainerOf(scheduler);
    let nowMs = 0;
    const frame = async (ms: number) => {
      scheduler.frame((nowMs += ms), ms);
      await settle();
    };
    const first = trainer.adapterGradient(LINE, ADAPTER);
    const handle = await line.openSentence(REQUEST);
    await frame(16);
    expect(steps).toHaveLength(0); // it is not known yet how long a step takes
    await line.close(handle);
    await frame(16);
    expect(steps).toHaveLength(1);
    await frame(400);
    steps[0]?.("done");
    await first;
    const second = trainer.adapterGradient(LINE, ADAPTER);
    await line.openSentence(REQUEST);
    demand.slackMs = 400 * SCHEDULE_POLICY.backgroundSlack - 1;
    await frame(16);
    expect(steps).toHaveLength(1);
    demand.slackMs += 1;
    await frame(16);
    expect(steps).toHaveLength(2);
    steps[1]?.("done");
    expect(await second).toBe(GRADIENT);
  });

  it("waits for the calls of lines", async () => {
    const { backend, steps } = createSlowTrainer();
    const opening: (() => void)[] = [];
    const { openSentence } = backend;
    backend.openSentence = async (request) => {
      await new Promise<void>((resolve) => opening.push(resolve));
      return openSentence(request);
    };
    const scheduler = createScheduler(backend);
    const idle = { slackMs: Infinity, rank: 0, signal: new AbortController().signal };
    const opened = scheduler.backendFor(idle).openSentence(REQUEST);
    const training = trainerOf(scheduler).adapterGradient(LINE, ADAPTER);
    scheduler.frame(16, 16);
    expect(steps).toHaveLength(0);
    opening[0]?.();
    await opened;
    scheduler.frame(32, 16);
    steps[0]?.("done");
    expect(await training).toBe(GRADIENT);
  });
});

describe("on a paced backend", () => {
  it("takes only the part of the budget that lines leave", async () => {
    const frames = async (isTraining: boolean) => {
      const device = createFakeDevice({ costOf: () => 0.2 });
      const scheduler = createScheduler(device);
      const talkers = Array.from({ length: 2 }, (_, rank) => startTalker(scheduler, 0, rank));
      const stop = new AbortController();
      const trainer = trainerOf(scheduler, stop.signal);
      let steps = 0;
      const train = async () => {
        for (;;) {
          await trainer.adapterGradient(LINE, ADAPTER);
          steps++;
        }
      };
      const training = isTraining ? train().catch(() => undefined) : Promise.resolve();
      const servedAt: number[] = [];
      for (let frame = 1; frame <= 300; frame++) {
        device.finish();
        await settle();
        scheduler.frame(frame * 16, 16);
        servedAt.push(talkers.reduce((sum, { served }) => sum + served, 0));
      }
      stop.abort();
      for (const talker of talkers) talker.stop.abort();
      await Promise.all([training, ...talkers.map(({ over }) => over)]);
      return { servedAt, steps, submissions: device.submissions };
    };
    const alone = await frames(false);
    const together = await frames(true);
    expect(together.steps).toBeGreaterThan(10);
    expect(together.servedAt).toEqual(alone.servedAt);
    const dearest = together.submissions.map(({ costs }) => costs.reduce((sum, cost) => sum + cost, 0));
    expect(Math.max(...dearest.slice(20))).toBeLessThanOrEqual(SCHEDULE_POLICY.budgetMs + 0.2);
  });
});

describe("when the backend fails", () => {
  it("begins anew on the next one", async () => {
    const broken = createSlowTrainer();
    const scheduler = createScheduler(broken.backend);
    const training = trainerOf(scheduler).adapterGradient(LINE, ADAPTER);
    scheduler.frame(0, 16);
    broken.steps[0]?.(new BackendError("The device was lost."));
    await settle();
    scheduler.frame(16, 16);
    expect(broken.steps).toHaveLength(1);
    const next = createSlowTrainer();
    scheduler.setBackend(next.backend);
    scheduler.frame(32, 16);
    next.steps[0]?.("done");
    expect(await training).toBe(GRADIENT);
  });

  it("begins anew when the old one never answers, and what that says later is not heard", async () => {
    const silent = createSlowTrainer();
    const scheduler = createScheduler(silent.backend);
    const training = trainerOf(scheduler).adapterGradient(LINE, ADAPTER);
    scheduler.frame(0, 16);
    const next = createSlowTrainer();
    scheduler.setBackend(next.backend);
    scheduler.frame(16, 16);
    silent.steps[0]?.(new AdapterError("too late"));
    next.steps[0]?.("done");
    expect(await training).toBe(GRADIENT);
  });

  it("is tried again, and gives its error when no backend comes", async () => {
    const { backend, steps } = createSlowTrainer();
    const scheduler = createScheduler(backend);
    const outcome = trainerOf(scheduler)
      .adapterGradient(LINE, ADAPTER)
      .catch((error: unknown) => error);
    const { recoveryMs, retryMs } = SCHEDULE_POLICY;
    for (let nowMs = 0; nowMs <= recoveryMs + retryMs; nowMs += retryMs) {
      scheduler.frame(nowMs, 16);
      steps.at(-1)?.(new BackendError(`out of memory at ${nowMs}`));
      await settle();
    }
    expect(steps.length).toBeGreaterThan(5);
    expect(await outcome).toBeInstanceOf(BackendError);
  });
});
