import { describe, expect, it } from "vitest";
import { SCHEDULE_POLICY } from "../../runtime/schedule/policy.ts";
import { createScheduler } from "../../runtime/schedule/scheduler.ts";
import { createRandom, settle, startTalker } from "./crowd.ts";
import { createFakeDevice } from "./fake-device.ts";

const FRAME_MS = 16;
const FRAMES = 10_000;
const VOICES = 32;

const random = createRandom(3);

/** How urgent voices are: all alike, the last always the least, at random. Each holds for a third of the frames. */
const CROWDS: readonly ((voice: number) => { readonly slackMs: number; readonly rank: number })[] = [
  () => ({ slackMs: 0, rank: 0 }),
  (voice) => ({ slackMs: voice * 300, rank: voice }),
  () => ({ slackMs: 2000 * random(), rank: random() }),
];

describe("starvation", () => {
  it("never befalls one of 32 voices in 10,000 frames, however urgent the others are", async () => {
    const device = createFakeDevice({ costOf: () => 0.2 });
    const scheduler = createScheduler(device, { slots: VOICES });
    const talkers = Array.from({ length: VOICES }, () => startTalker(scheduler, 0, 0));
    const served = talkers.map(() => ({ count: 0, atFrame: 0 }));
    let longestFrames = 0;
    for (let frame = 1; frame <= FRAMES; frame++) {
      device.finish();
      await settle();
      scheduler.frame(frame * FRAME_MS, FRAME_MS);
      const demandOf = CROWDS[Math.floor((frame / (FRAMES + 1)) * CROWDS.length)];
      talkers.forEach((talker, voice) => {
        if (frame % 100 === 0) Object.assign(talker.demand, demandOf?.(voice));
        const before = served[voice];
        if (before?.count !== talker.served) served[voice] = { count: talker.served, atFrame: frame };
        longestFrames = Math.max(longestFrames, frame - (served[voice]?.atFrame ?? 0));
      });
    }
    for (const { stop } of talkers) stop.abort();
    await Promise.all(talkers.map(({ over }) => over));
    // A voice past the bound goes first; a call is done in several steps and waits for those before it.
    expect(longestFrames * FRAME_MS).toBeLessThan(SCHEDULE_POLICY.starvationMs * 6);
    expect(Math.min(...served.map(({ count }) => count))).toBeGreaterThan(500);
  });
});
