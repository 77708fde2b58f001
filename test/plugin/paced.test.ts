import { afterAll, describe, expect, it } from "vitest";
import { seedOf } from "../../plugin/components.ts";
import { joinFloats } from "../../runtime/join-floats.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { speak } from "../../runtime/speech/speak.ts";
import { createWebGpuBackend, type WebGpuOptions } from "../../runtime/webgpu/webgpu-backend.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { largestDifference, readTiny } from "../onnx/tiny-weights.ts";
import { requestDevice } from "../webgpu/dawn.ts";
import { manifest, stageWith } from "./stage.ts";

const TEXT = "Go!";

const device = await requestDevice();
const create = async (pacing: WebGpuOptions["pacing"] & string) =>
  createWebGpuBackend(await loadWeights(readTiny, []), {
    device,
    readShader,
    weightType: "f32",
    slots: 2,
    pacing,
  });
const paced = await create("caller");
const immediate = await create("immediate");
afterAll(async () => {
  await Promise.all([paced.dispose(), immediate.dispose()]);
  device.destroy();
});

/** Lets the device's own callbacks run too. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 2));

describe("voices on a GPU whose work is submitted frame by frame", () => {
  it("are heard as the backend speaks them in one go, and all work is submitted by the frames", async () => {
    const { submit } = paced.slices;
    let inFrame = false;
    const submittedInFrame: boolean[] = [];
    paced.slices.submit = (count) => {
      submittedInFrame.push(inFrame);
      submit(count);
    };
    const stage = stageWith(paced, manifest, { slots: 2 });
    const eids = [31, 32, 33].map((seed) => stage.npc({ seed }));
    const lines = eids.map((eid) => stage.voices.speak(eid, TEXT));
    for (let nowMs = 16; lines.some(({ state }) => state !== "finished"); nowMs += 16) {
      expect(lines.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
      stage.output.play(16);
      inFrame = true;
      stage.voices.update(nowMs, 16);
      inFrame = false;
      await settle();
    }
    for (const eid of eids) {
      const parts: Float32Array[] = [];
      const spoken = speak(immediate, manifest, TEXT, { voice: { seed: seedOf(eid) } });
      for await (const { samples } of spoken) parts.push(samples);
      const heard = stage.output.sinks.find((sink) => sink.eid === eid)?.heard() ?? [];
      expect(largestDifference(heard, joinFloats(parts))).toBeLessThan(1e-4);
    }
    expect(submittedInFrame.length).toBeGreaterThan(10);
    expect(new Set(submittedInFrame)).toEqual(new Set([true]));
    expect(stage.errors).toEqual([]);
    stage.voices.dispose();
  });
});
