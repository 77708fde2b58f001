import { addEntity, hasComponent } from "bitecs";
import { describe, expect, it } from "vitest";
import { Speaking } from "../../plugin/components.ts";
import { createSilentSink } from "../../plugin/silent-sink.ts";
import { BackendError } from "../../runtime/errors.ts";
import { createFakeBackend } from "../speech/fake-backend.ts";
import { createStage, manifest, stageWith } from "./stage.ts";

const TEXT = "The old bridge.";

describe("stats", () => {
  it("tell of voices, latency, budget and backend", async () => {
    const { voices, npc, until, over } = createStage({ backendLabel: "fake" });
    const eid = npc();
    const lines = [voices.speak(eid, TEXT), voices.speak(eid, "Go!"), voices.speak(npc(), "Go!")];
    expect(voices.stats).toMatchObject({
      backend: "fake",
      budgetMs: 0, // not paced: off the frame
      live: 0,
      queued: 3,
      firstSoundMs: [],
    });
    await until(() => lines[0]?.state === "audible");
    expect(voices.stats).toMatchObject({ live: 2, queued: 1, degraded: 0, speechMs: 0 });
    await over(...lines);
    const { firstSoundMs, live, queued } = voices.stats;
    expect({ live, queued }).toEqual({ live: 0, queued: 0 });
    expect(firstSoundMs.length).toBe(2); // the third was spoken before
    for (const ms of firstSoundMs) expect(ms).toBeLessThanOrEqual(100);
  });

  it("count the times a line ran dry because the backend was slow", async () => {
    const backend = createFakeBackend(manifest);
    const { advance } = backend;
    let slow = false;
    let letGo: () => void = () => undefined;
    backend.advance = async (handles, frames) => {
      if (slow) await new Promise<void>((resolve) => (letGo = resolve));
      return advance(handles, frames);
    };
    const { voices, npc, until, frames, over } = stageWith(backend, manifest);
    const line = voices.speak(npc(), "A long story about an old bridge. ".repeat(4));
    await until(() => line.state === "audible");
    slow = true;
    await frames(200);
    expect(voices.stats.underruns).toBe(1);
    expect(line.state).toBe("audible");
    slow = false;
    letGo();
    await over(line);
    expect(line.state).toBe("finished");
    expect(voices.stats.underruns).toBe(1);
  });
});

describe("a slow backend", () => {
  it("makes the first sound wait until it outlasts the next chunk", async () => {
    const backend = createFakeBackend(manifest);
    const stage = stageWith(backend, manifest);
    const { advance } = backend;
    backend.advance = async (handles, frames) => {
      const until = stage.nowMs() + 100;
      while (stage.nowMs() < until) await new Promise((resolve) => setImmediate(resolve));
      return advance(handles, frames);
    };
    for (let time = 0; time < 8; time++) {
      const eid = stage.npc({ seed: time });
      await stage.over(stage.voices.speak(eid, TEXT));
    }
    const before = stage.voices.stats.underruns;
    await stage.over(stage.voices.speak(stage.npc({ seed: 99 }), TEXT));
    expect(before).toBeGreaterThan(0); // it had to learn
    expect(stage.voices.stats.underruns).toBe(before);
  });
});

describe("dispose", () => {
  it("ends every line, gives back every sink and sentence, and refuses further lines", async () => {
    const { world, voices, npc, until, frames, output, backend, errors } = createStage();
    const eid = npc();
    const lines = [voices.speak(eid, TEXT), voices.speak(eid, "Go!"), voices.speak(npc(), TEXT)];
    await until(() => lines[0]?.state === "audible");
    voices.dispose();
    voices.dispose();
    expect(lines.map(({ state }) => state)).toEqual(["cancelled", "cancelled", "cancelled"]);
    expect(output.sinks.every(({ released }) => released)).toBe(true);
    expect(hasComponent(world, eid, Speaking)).toBe(false);
    await frames(3);
    expect(backend.open.size).toBe(0);
    const late = voices.speak(eid, TEXT);
    expect(late.state).toBe("failed");
    expect(late.error).toBeInstanceOf(BackendError);
    expect(errors).toEqual([]);
  });
});

describe("hush", () => {
  it("silences one voice or all", async () => {
    const { voices, npc, frames } = createStage();
    const eids = [npc(), npc(), npc()];
    const lines = eids.map((eid) => voices.speak(eid, TEXT));
    await frames(5);
    voices.hush(eids[0]);
    expect(lines.map(({ state }) => state === "cancelled")).toEqual([true, false, false]);
    voices.hush();
    expect(lines.every(({ state }) => state === "cancelled")).toBe(true);
    voices.hush(4711);
  });
});

describe("prepare", () => {
  it("of an entity without a voice does nothing", async () => {
    const { world, voices, frames, backend, errors } = createStage();
    voices.prepare(addEntity(world));
    await frames(3);
    expect(backend.requests).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe("listeners of all voices", () => {
  it("hear of every line from its queue to its end", async () => {
    const { voices, npc, over } = createStage();
    const heard: string[] = [];
    voices.onQueued.add(({ text }) => heard.push(`queued ${text}`));
    const remove = voices.onStarted.add(({ text }) => heard.push(`started ${text}`));
    voices.onEnded.add(({ line, end }) => heard.push(`${end.state} ${line.text}`));
    await over(voices.speak(npc(), "Go!"));
    remove();
    await over(voices.speak(npc(), "Stop!"));
    expect(heard).toEqual(["queued Go!", "started Go!", "finished Go!", "queued Stop!", "finished Stop!"]);
  });
});

describe("a silent sink", () => {
  it("takes the time that it would take to hear what is written", () => {
    let now = 0;
    const sink = createSilentSink(() => now, 16000);
    sink.write(new Float32Array(1600));
    now = 50;
    expect([sink.playedSamples, sink.bufferedSamples, sink.done]).toEqual([800, 800, false]);
    now = 500;
    expect([sink.playedSamples, sink.bufferedSamples, sink.done]).toEqual([1600, 0, false]);
    sink.write(new Float32Array(1600)); // it had run dry: what comes now is heard from now on
    now = 550;
    expect([sink.playedSamples, sink.underruns]).toEqual([2400, 1]);
    sink.end();
    now = 600;
    expect([sink.playedSamples, sink.done]).toEqual([3200, true]);
  });

  it("forgets the rest when it is stopped", () => {
    let now = 0;
    const sink = createSilentSink(() => now, 16000);
    sink.write(new Float32Array(1600));
    now = 50;
    sink.stop();
    now = 500;
    expect([sink.playedSamples, sink.done]).toEqual([800, true]);
  });
});
