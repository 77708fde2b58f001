import { hasComponent } from "bitecs";
import { describe, expect, it } from "vitest";
import { Queued, Speaking } from "../../plugin/components.ts";
import type { SpeechEvent } from "../../runtime/speech/speech-events.ts";
import { speak } from "../../runtime/speech/speak.ts";
import { largestDifference } from "../onnx/tiny-weights.ts";
import { createFakeBackend } from "../speech/fake-backend.ts";
import { createStage, FRAME_MS, manifest } from "./stage.ts";

const TEXT = "Hello there, traveler! [pause 250ms] Mind the old bridge.";

/** What the runtime makes of a line. */
async function spoken(text: string, seed: number) {
  const samples: number[] = [];
  const events: SpeechEvent[] = [];
  for await (const chunk of speak(createFakeBackend(manifest), manifest, text, { voice: { seed } })) {
    samples.push(...chunk.samples);
    events.push(...chunk.events);
  }
  return { samples, events };
}

describe("speak", () => {
  it("is heard as the runtime speaks it, sample by sample", async () => {
    const { voices, output, npc, over, backend } = createStage();
    const line = voices.speak(npc({ seed: 7 }), TEXT);
    await over(line);
    const expected = await spoken(TEXT, 7);
    expect(line.state).toBe("finished");
    expect(largestDifference(output.sinks[0]?.heard() ?? [], expected.samples)).toBe(0);
    expect(output.sinks[0]?.released).toBe(true);
    expect(backend.open.size).toBe(0);
    expect(await line.finished).toEqual({ state: "finished", heardMs: expected.samples.length / 16 });
  });

  it("tells events in order, each within one update of its sample", async () => {
    const { voices, output, npc, until } = createStage();
    const line = voices.speak(npc({ seed: 7 }), TEXT);
    const told: { readonly event: SpeechEvent; readonly played: number }[] = [];
    line.onEvent.add((event) => told.push({ event, played: output.sinks[0]?.playedSamples ?? 0 }));
    await until(() => line.state === "finished");
    expect(told.map(({ event }) => event)).toEqual((await spoken(TEXT, 7)).events);
    for (const { event, played } of told) {
      expect(played).toBeGreaterThanOrEqual(event.sample);
      expect(played - event.sample).toBeLessThanOrEqual((FRAME_MS * manifest.sampleRateHz) / 1000);
    }
  });

  it("goes from queued over computing and audible to finished, with its tags", async () => {
    const { world, voices, npc, until } = createStage();
    const eid = npc();
    const states: string[] = [];
    const line = voices.speak(eid, "Go!");
    const seen = () => {
      const tags = `${hasComponent(world, eid, Speaking) ? "S" : ""}${hasComponent(world, eid, Queued) ? "Q" : ""}`;
      if (states.at(-1) !== `${line.state} ${tags}`) states.push(`${line.state} ${tags}`);
      return line.state === "finished";
    };
    await until(seen);
    expect(states).toEqual(["queued Q", "computing S", "audible S", "finished "]);
    expect(await line.whenAudible).toBe(true);
    expect(voices.lineOf(eid)).toBeUndefined();
  });
});
