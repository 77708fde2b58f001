import { describe, expect, it } from "vitest";
import { createCaptions } from "../../plugin/captions.ts";
import { createConversation } from "../../plugin/conversation.ts";
import { createStage, FRAME_MS, isOver } from "./stage.ts";

describe("hesitate", () => {
  it("begins with the voice's hm at once, and the line follows in time with its events", async () => {
    const { voices, npc, output, frames, over, nowMs } = createStage();
    const eid = npc();
    voices.prepare(eid);
    await frames(40);
    const line = voices.speak(eid, "The old bridge.", { hesitate: true });
    voices.update(nowMs() + FRAME_MS, FRAME_MS);
    const sink = output.sinks[0];
    const hesitation = sink?.bufferedSamples ?? 0;
    expect(hesitation).toBeGreaterThan(0); // within the update in which it began
    const told: { readonly sample: number; readonly played: number }[] = [];
    line.onEvent.add(({ sample }) => told.push({ sample, played: (sink?.playedSamples ?? 0) - hesitation }));
    await over(line);
    expect(line.state).toBe("finished");
    for (const { sample, played } of told) {
      expect(played).toBeGreaterThanOrEqual(sample);
      expect(played - sample).toBeLessThanOrEqual(FRAME_MS * 16);
    }
    expect(told.length).toBeGreaterThan(5);
    expect(told.at(-1)?.sample).toBe((sink?.heard().length ?? 0) - hesitation);
  });

  it("is left out while it is not made yet, and made for the next time", async () => {
    const { voices, npc, output, over } = createStage();
    const eid = npc();
    const say = (text: string) => voices.speak(eid, text, { hesitate: true });
    const lines = [say("The old bridge."), say("The old mill.")];
    await over(...lines);
    const [first, second] = output.sinks.map(
      (sink, index) => sink.heard().length - (lines[index]?.playedMs ?? 0) * 16,
    );
    expect(first).toBe(0);
    expect(second).toBeGreaterThan(0);
  });
});

describe("walking away", () => {
  it("fades the voice from 0.7 of its hearing range, and brings it back", async () => {
    const { voices, npc, output, until, frames } = createStage({ loudness: "as spoken" });
    const eid = npc({ seed: 1, gain: 0.5 });
    output.distances.set(eid, 5);
    const line = voices.speak(eid, "A long story about an old bridge and a river and a mill.", {
      hearingRange: 10,
    });
    await until(() => line.state === "audible");
    const gains = [];
    for (const distance of [6.9, 8.5, 10, 30, 8.5, 2]) {
      output.distances.set(eid, distance);
      await frames(1);
      gains.push(output.sinks[0]?.gains.at(-1));
    }
    expect(output.sinks[0]?.options.gain).toBe(0.5);
    expect(gains).toEqual([undefined, expect.closeTo(0.25), 0, 0, expect.closeTo(0.25), 0.5]);
  });

  it("makes lines that begin out of hearing silent", async () => {
    const { voices, npc, output, over } = createStage({ hearingRange: 8 });
    const eid = npc();
    output.distances.set(eid, 9);
    const line = voices.speak(eid, "Hello?");
    await over(line);
    expect(line).toMatchObject({ state: "finished", detail: "silent" });
  });
});

describe("before the first sound", () => {
  it("the duration is known, near to what it becomes", async () => {
    const { voices, npc, over } = createStage();
    const line = voices.speak(npc(), "Mind the old bridge. [pause 500ms] It is out.");
    const expected = line.expectedDurationMs;
    expect(line.state).toBe("queued");
    await over(line);
    expect(line.expectedDurationMs).toBe(line.playedMs);
    expect(expected).toBeGreaterThan(1500);
    expect(expected / line.playedMs).toBeGreaterThan(0.6);
    expect(expected / line.playedMs).toBeLessThan(1.6);
  });

  it("whenAudible and started wait for it", async () => {
    const { voices, npc, until } = createStage();
    const line = voices.speak(npc(), "Go!");
    const order: string[] = [];
    void line.started.then(() => order.push("started"));
    void line.finished.then(() => order.push("finished"));
    voices.onStarted.add(({ state }) => order.push(`told ${state}`));
    await until(() => order.includes("finished"));
    expect(order).toEqual(["told audible", "started", "finished"]);
  });
});

describe("a conversation", () => {
  it("never lets two speakers overlap, and keeps the gap", async () => {
    const { voices, npc, output, until, frames } = createStage();
    const talk = createConversation(voices, { gapMs: 200 });
    const [smith, baker] = [npc(), npc({ seed: 2 })];
    const turns = [
      talk.say(smith, "The bridge is out again."),
      talk.say(baker, "Again? Who told you?"),
      talk.say(baker, "Never mind."),
      talk.say(smith, "The miller."),
    ];
    const moments: { frame: number; audible: number }[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    turns.forEach((turn, index) => {
      void turn.whenAudible.then(() => (starts[index] = moments.length));
      void turn.finished.then(() => (ends[index] = moments.length));
    });
    await until(() => {
      moments.push({
        frame: moments.length,
        audible: turns.filter(({ state }) => state === "audible").length,
      });
      return turns.every(isOver);
    });
    await frames(1);
    expect(Math.max(...moments.map(({ audible }) => audible))).toBe(1);
    expect(turns.every(({ state }) => state === "finished")).toBe(true);
    const gaps = starts.slice(1).map((start, index) => (start - (ends[index] ?? 0)) * FRAME_MS);
    // Computed beforehand by another voice; the same voice has to be done first.
    expect(gaps[0]).toBeGreaterThanOrEqual(200 - FRAME_MS);
    expect(gaps[0]).toBeLessThanOrEqual(200 + 3 * FRAME_MS);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200 - FRAME_MS);
    expect(output.sinks.map(({ eid }) => eid)).toEqual([smith, baker, baker, smith]);
    await talk.whenOver();
    expect(talk.turns).toEqual([]);
  });

  it("goes on when a turn fails, is cancelled or its speaker is gone", async () => {
    const { voices, npc, over } = createStage();
    const talk = createConversation(voices);
    const [smith, baker] = [npc(), npc({ seed: 2 })];
    const failed = talk.say(smith, "...");
    const gone = talk.say(4711, "Hello?");
    const cancelled = talk.say(smith, "The miller.");
    const last = talk.say(baker, "Well.");
    cancelled.cancel();
    await over(last);
    expect([failed, gone, cancelled, last].map(({ state }) => state)).toEqual([
      "failed",
      "failed",
      "cancelled",
      "finished",
    ]);
  });

  it("is interrupted by one who will not wait", async () => {
    const { voices, npc, until, over } = createStage();
    const talk = createConversation(voices);
    const [smith, guard] = [npc(), npc({ seed: 2 })];
    const turns = [talk.say(smith, "A long story about a bridge."), talk.say(smith, "And a mill.")];
    await until(() => turns[0]?.state === "audible");
    const halt = talk.interrupt(guard, "Halt!");
    expect(turns.map(({ state }) => state)).toEqual(["cancelled", "cancelled"]);
    await over(halt);
    expect(halt.state).toBe("finished");
  });

  it("of more speakers than the backend has slots comes to its end", async () => {
    const { voices, npc, over } = createStage({ slots: 2 });
    const talk = createConversation(voices, { gapMs: 0 });
    const turns = Array.from({ length: 8 }, (_, seed) =>
      talk.say(npc({ seed }), "The old bridge is out. The mill is shut. The river runs."),
    );
    await over(...turns);
    expect(turns.every(({ state }) => state === "finished")).toBe(true);
  });
});

describe("captions", () => {
  it("show the sentence being heard and how far it is said", async () => {
    const { voices, npc, over } = createStage();
    const seen: string[] = [];
    const captions = createCaptions(voices, {
      onChange: (current) =>
        seen.push(current.map(({ text, said }) => `${text.slice(0, said)}|${text.slice(said)}`).join(" + ")),
    });
    await over(voices.speak(npc(), "Go on. Go on."));
    expect(seen).toEqual(["|Go on.", "Go| on.", "Go on|.", "|Go on.", "Go| on.", "Go on|.", ""]);
    captions.dispose();
    await over(voices.speak(npc(), "Stop."));
    expect(seen.length).toBe(7);
  });

  it("leave out voices nobody understands, unless told otherwise", async () => {
    const { voices, npc, output, until } = createStage();
    const [far, near] = [npc(), npc()];
    output.distances.set(far, 100);
    const lines = [voices.speak(far, "The old mill."), voices.speak(near, "The old bridge.")];
    const some = createCaptions(voices);
    const all = createCaptions(voices, { shows: () => true });
    await until(() => lines.every(({ state }) => state === "audible"));
    expect(some.current.map(({ eid }) => eid)).toEqual([near]);
    expect(all.current.map(({ eid }) => eid).sort()).toEqual([far, near].sort());
  });
});
