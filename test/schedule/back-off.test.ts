import { describe, expect, it } from "vitest";
import { SCHEDULE_POLICY } from "../../runtime/schedule/policy.ts";
import { createScheduler } from "../../runtime/schedule/scheduler.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { createFakeBackend } from "../speech/fake-backend.ts";
import { createFakeDevice } from "./fake-device.ts";

const manifest = await tinyManifest();

describe("back-off", () => {
  const { budgetMs, floor, targetFrameMs, hiddenBudgetMs } = SCHEDULE_POLICY;
  const scheduler = createScheduler(createFakeDevice({ costOf: () => 1 }));
  const budgetAfter = (frames: number, frameMs: number | undefined) => {
    for (let frame = 0; frame < frames; frame++) scheduler.frame(0, frameMs);
    return scheduler.stats.budgetMs;
  };

  it("halves the budget at every late frame, to a floor, and recovers", () => {
    expect(budgetAfter(1, targetFrameMs)).toBe(budgetMs);
    expect(budgetAfter(1, targetFrameMs * 2)).toBe(budgetMs / 2);
    expect(budgetAfter(10, targetFrameMs * 2)).toBe(budgetMs * floor);
    expect(budgetAfter(5, targetFrameMs)).toBeGreaterThan(budgetMs * floor);
    expect(budgetAfter(100, targetFrameMs)).toBe(budgetMs);
  });

  it("does not concern a backend that takes nothing of the frame", () => {
    const plain = createScheduler(createFakeBackend(manifest));
    for (let frame = 0; frame < 10; frame++) plain.frame(0, targetFrameMs * 4);
    expect(plain.stats).toMatchObject({ budgetMs: 0, share: 1, speechMs: 0 });
  });

  it("is generous while no frame is drawn", () => {
    expect(budgetAfter(1, undefined)).toBe(hiddenBudgetMs);
    expect(budgetAfter(1, targetFrameMs)).toBe(budgetMs);
  });
});
