import { describe, expect, it } from "vitest";
import { CALL_POLICIES, SCHEDULE_POLICY } from "../../runtime/schedule/policy.ts";
import { createScheduler } from "../../runtime/schedule/scheduler.ts";
import { REQUEST, settle, startTalker, type Talker } from "./crowd.ts";
import { createFakeDevice } from "./fake-device.ts";

const FRAME_MS = 16;
const { merged } = CALL_POLICIES.paced;

/** A scheduler and a device that is done with what a frame submitted before the next one. */
function createRig(slots = merged) {
  const device = createFakeDevice({ costOf: () => 0.01, sentenceFrames: 10_000 });
  const scheduler = createScheduler(device, { slots });
  let nowMs = 0;
  const frames = async (count: number) => {
    for (let frame = 0; frame < count; frame++) {
      scheduler.frame((nowMs += FRAME_MS), FRAME_MS);
      device.finish();
      await settle();
    }
  };
  /** Sentences in each call of a kind since the last time. */
  const sizes = (kind: string) => {
    const calls = device.batches.filter((batch) => batch.kind === kind);
    device.batches.length = 0;
    return calls.map(({ handles }) => handles.length);
  };
  return { device, scheduler, frames, sizes };
}

async function stop(talkers: readonly Talker[]): Promise<void> {
  for (const talker of talkers) talker.stop.abort();
  await Promise.all(talkers.map(({ over }) => over));
}

describe("calls that wait", () => {
  /** Lines with an open sentence each. */
  async function openAll(slacksMs: readonly number[]) {
    const rig = createRig();
    const demands = slacksMs.map((slackMs, rank) => ({
      slackMs,
      rank,
      signal: new AbortController().signal,
    }));
    const lines = demands.map((demand) => rig.scheduler.backendFor(demand));
    const opening = Promise.all(lines.map((line) => line.openSentence(REQUEST)));
    await rig.frames(30);
    const handles = await opening;
    const ask = async (index: number, frames: number) => {
      const [batch] = (await lines[index]?.advance([handles[index] ?? -1], frames)) ?? [];
      return batch?.symbolIndices.length;
    };
    return { ...rig, demands, ask };
  }

  it("become one call, in steps no longer than the policy's", async () => {
    const { frames, sizes, ask } = await openAll(Array<number>(8).fill(0));
    const results = Promise.all(Array.from({ length: 8 }, (_, index) => ask(index, 12)));
    await frames(4);
    expect(sizes("advance")).toEqual([8, 8, 8]);
    expect(await results).toEqual(Array<number>(8).fill(12));
  });

  it("give every line the frames it asked for when they ask for different numbers", async () => {
    const { frames, ask } = await openAll([0, 0, 0, 0]);
    const results = Promise.all([2, 5, 8, 12].map((count, index) => ask(index, count)));
    await frames(30);
    expect(await results).toEqual([2, 5, 8, 12]);
  });

  it("wait on while their lines are patient, and go along with the first that is not", async () => {
    const { frames, sizes, ask, demands } = await openAll([1400, 1300, 1200, 1100]);
    const results = [ask(0, 4), ask(1, 4), ask(2, 4)];
    await frames(10);
    expect(sizes("advance")).toEqual([]);
    results.push(ask(3, 4));
    demands[3]!.slackMs = SCHEDULE_POLICY.patientMs;
    await frames(2);
    expect(sizes("advance")).toEqual([4]);
    expect(await Promise.all(results)).toEqual([4, 4, 4, 4]);
  });

  it("do not wait for others when nobody listens, nor beyond the bound of starvation", async () => {
    const { frames, sizes, ask } = await openAll([Infinity, 1e9]);
    const unheard = ask(0, 4);
    await frames(2);
    expect(await unheard).toBe(4);
    sizes("advance");
    const patient = ask(1, 4);
    await frames(Math.floor(SCHEDULE_POLICY.starvationMs / FRAME_MS));
    expect(sizes("advance")).toEqual([]);
    await frames(2);
    expect(await patient).toBe(4);
  });
});

describe("voices", () => {
  it("that begin over two frames come into one call and stay there", async () => {
    const { scheduler, frames, sizes } = createRig();
    const begin = (count: number) => Array.from({ length: count }, () => startTalker(scheduler, 0, 0));
    const talkers = begin(4);
    await frames(1);
    talkers.push(...begin(4));
    await frames(10);
    sizes("advance");
    await frames(40);
    expect(new Set(sizes("advance"))).toEqual(new Set([8]));
    await stop(talkers);
  });

  /** Frames from a voice's beginning to its first sound, when so many others have spoken for so many frames. */
  async function firstSoundFrames(others: number, sinceFrames: number) {
    const { scheduler, frames, sizes } = createRig();
    const talkers = Array.from({ length: others }, () => startTalker(scheduler, 0, 1));
    await frames(20 + sinceFrames);
    const talker = startTalker(scheduler, 0, 0);
    talkers.push(talker);
    let count = 0;
    for (; talker.sounds === 0; count++) await frames(1);
    await frames(20);
    sizes("advance");
    await frames(12);
    const joined = sizes("advance");
    await stop(talkers);
    return { count, joined };
  }

  it.each([0, 1, 2, 3, 4, 5])(
    "that begin beside seven others soon go along, and are heard at most one call later than alone (%i)",
    async (sinceFrames) => {
      const alone = await firstSoundFrames(0, sinceFrames);
      const beside = await firstSoundFrames(7, sinceFrames);
      expect(beside.count).toBeLessThanOrEqual(alone.count + 1);
      expect(new Set(beside.joined)).toEqual(new Set([8]));
    },
  );

  it("that are more than a call takes are in as few calls as they need, side by side", async () => {
    const { device, scheduler, frames, sizes } = createRig(2 * merged);
    const talkers = Array.from({ length: 2 * merged }, () => startTalker(scheduler, 0, 0));
    await frames(40);
    sizes("advance");
    await frames(40);
    const made = device.batches.flatMap(({ handles }) => handles.length);
    expect(made.reduce((sum, each) => sum + each, 0) / made.length).toBeGreaterThan(0.9 * merged);
    expect(made.length).toBeGreaterThan(60); // 40 frames
    await stop(talkers);
  });
});
