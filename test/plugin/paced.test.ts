import { describe, expect, it } from "vitest";
import { seedOf } from "../../plugin/components.ts";
import { largestDifference } from "../onnx/tiny-weights.ts";
import { isOver, manifest, stageWith } from "./stage.ts";
import { createTinyGpu } from "./tiny-gpu.ts";

const TEXT = "Go!";

const gpu = await createTinyGpu(2);

describe("voices on a GPU whose work is submitted frame by frame", () => {
  it("are heard as the backend speaks them in one go, and all work is submitted by the frames", async () => {
    const { slices } = gpu.paced;
    const { submit } = slices;
    let inFrame = false;
    const submittedInFrame: boolean[] = [];
    slices.submit = (count) => {
      submittedInFrame.push(inFrame);
      submit(count);
    };
    const stage = stageWith(gpu.paced, manifest, { slots: 2 });
    const { update } = stage.voices;
    Object.assign(stage.voices, {
      update: (nowMs: number, frameMs?: number) => {
        inFrame = true;
        update(nowMs, frameMs);
        inFrame = false;
      },
    });
    const eids = [31, 32, 33].map((seed) => stage.npc({ seed }));
    const lines = eids.map((eid) => stage.voices.speak(eid, TEXT));
    await gpu.until(stage, () => lines.every(isOver));
    expect(lines.map(({ state, error }) => error ?? state)).toEqual(["finished", "finished", "finished"]);
    for (const eid of eids) {
      const alone = await gpu.spokenAlone(TEXT, { voice: { seed: seedOf(eid) } });
      const heard = stage.output.sinks.find((sink) => sink.eid === eid)?.heard() ?? [];
      expect(largestDifference(heard, alone)).toBeLessThan(1e-4);
    }
    expect(submittedInFrame.length).toBeGreaterThan(10);
    expect(new Set(submittedInFrame)).toEqual(new Set([true]));
    expect(stage.errors).toEqual([]);
    stage.voices.dispose();
  });
});
