import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SpeechBackend } from "../../runtime/backend.ts";
import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import { speak } from "../../runtime/speech/speak.ts";
import type { Seed } from "../../runtime/voice/seed.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { seedOf } from "../../plugin/components.ts";
import { joinFloats } from "../../runtime/join.ts";
import { largestDifference, readTiny } from "../onnx/tiny-weights.ts";
import { manifest, stageWith } from "./stage.ts";

const TEXT = "Good evening, traveler. Mind the old bridge!";

let backend: SpeechBackend;

async function createBackend(): Promise<SpeechBackend> {
  return createOnnxBackend(await loadWeights(readTiny, []));
}

beforeAll(async () => {
  backend = await createBackend();
});
afterAll(() => backend.dispose());

/** What the runtime itself makes of the line. */
async function spoken(seed: Seed, text = TEXT): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const { samples } of speak(backend, manifest, text, { voice: { seed } })) parts.push(samples);
  return joinFloats(parts);
}

describe("voices on the tiny model, end to end", () => {
  it("several at once are each heard as the runtime speaks them", async () => {
    const stage = stageWith(backend, manifest);
    const eids = [11, 12, 13].map((seed) => stage.npc({ seed }));
    const words: string[] = [];
    const lines = eids.map((eid, index) =>
      stage.voices.speak(eid, TEXT, index === 0 ? { onWord: ({ text }) => words.push(text) } : {}),
    );
    await stage.over(...lines);
    expect(lines.map(({ state, detail }) => [state, detail])).toEqual(eids.map(() => ["finished", "full"]));
    for (const eid of eids) {
      const sink = stage.output.sinks.find((each) => each.eid === eid);
      expect(largestDifference(sink?.heard() ?? [], await spoken(seedOf(eid)))).toBeLessThan(1e-6);
    }
    expect(words).toEqual(["Good", "evening", "traveler", "Mind", "the", "old", "bridge"]);
    expect(stage.errors).toEqual([]);
  });

  it("goes on with another backend in the middle of a line, to the sample", async () => {
    const first = await createBackend();
    const stage = stageWith(first, manifest);
    const eid = stage.npc({ seed: 21 });
    const line = stage.voices.speak(eid, TEXT);
    await stage.until(() => line.state === "audible");
    await first.dispose();
    await stage.frames(5);
    stage.voices.setBackend(backend);
    await stage.over(line);
    expect(line.state).toBe("finished");
    const heard = stage.output.sinks[0]?.heard() ?? [];
    expect(largestDifference(heard, await spoken(seedOf(eid)))).toBeLessThan(1e-6);
  });
});
