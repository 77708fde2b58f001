import { describe, expect, it } from "vitest";
import type { VoiceLine } from "../../plugin/voice-line.ts";
import { MOST_QUEUED } from "../../plugin/request-line.ts";
import { createStage, isOver } from "./stage.ts";

/** The texts of lines in the order in which they become audible, and that only one is at a time. */
function watch(lines: readonly VoiceLine[]) {
  const order: string[] = [];
  let mostAtOnce = 0;
  const look = () => {
    const audible = lines.filter(({ state }) => state === "audible");
    mostAtOnce = Math.max(mostAtOnce, audible.length);
    for (const { text } of audible) if (order.at(-1) !== text) order.push(text);
    return lines.every(isOver);
  };
  return { order, look, mostAtOnce: () => mostAtOnce };
}

describe("lines of one voice", () => {
  it("wait for each other under `queue`", async () => {
    const { voices, npc, until } = createStage();
    const eid = npc();
    const lines = ["Go!", "Stop!", "Run!"].map((text) => voices.speak(eid, text));
    const { order, look, mostAtOnce } = watch(lines);
    await until(look);
    expect(order).toEqual(["Go!", "Stop!", "Run!"]);
    expect(mostAtOnce()).toBe(1);
    expect(lines.map(({ state }) => state)).toEqual(["finished", "finished", "finished"]);
  });

  it("come by priority, equals in order", async () => {
    const { voices, npc, until } = createStage();
    const eid = npc();
    const say = (text: string, priority: number) => voices.speak(eid, text, { priority });
    const lines = [say("Go!", 0), say("Stop!", 0), say("Fire!", 2), say("Run!", 1), say("Help!", 2)];
    const { order, look } = watch(lines);
    await until(look);
    expect(order).toEqual(["Fire!", "Help!", "Run!", "Go!", "Stop!"]);
  });

  it("are cut short, and what waits is forgotten, under `cut`", async () => {
    const { voices, output, npc, until, over } = createStage();
    const eid = npc();
    const first = voices.speak(eid, "A long story about a bridge.");
    const second = voices.speak(eid, "And another one.");
    await until(() => first.state === "audible");
    const third = voices.speak(eid, "Halt!", { policy: "cut" });
    expect([first.state, second.state]).toEqual(["cancelled", "cancelled"]);
    expect(output.sinks[0]?.stoppedWithMs).toBe(5);
    await over(third);
    expect(third.state).toBe("finished");
    expect(output.sinks.length).toBe(2);
    expect(output.sinks.every(({ released }) => released)).toBe(true);
    expect((await first.finished).heardMs).toBeGreaterThan(0);
  });

  it("are dropped under `drop` while it speaks or has more to say, and spoken when it is silent", async () => {
    const { voices, npc, until, over } = createStage();
    const eid = npc();
    const first = voices.speak(eid, "Go!");
    expect(voices.speak(eid, "Well?", { policy: "drop" }).state).toBe("dropped");
    await until(() => first.state === "audible");
    const dropped = voices.speak(eid, "Well?", { policy: "drop" });
    expect(await dropped.finished).toEqual({ state: "dropped", heardMs: 0 });
    expect(await dropped.whenAudible).toBe(false);
    await over(first);
    const spoken = voices.speak(eid, "Well?", { policy: "drop" });
    await over(spoken);
    expect(spoken.state).toBe("finished");
  });

  it("beyond what a queue holds are dropped, and the game goes on", async () => {
    const { voices, npc, frames, errors, over } = createStage();
    const eid = npc();
    const lines = Array.from({ length: 500 }, (_, index) => voices.speak(eid, `Number ${index}.`));
    const states = lines.map(({ state }) => state);
    expect(states.filter((state) => state === "queued").length).toBe(MOST_QUEUED);
    expect(states.filter((state) => state === "dropped").length).toBe(500 - MOST_QUEUED);
    await frames(20);
    voices.hush(eid);
    await over(...lines);
    expect(
      lines.slice(0, MOST_QUEUED).every(({ state }) => state === "cancelled" || state === "finished"),
    ).toBe(true);
    expect(errors).toEqual([]);
  });

  it("of 500 voices at once are all heard or timed in the end", async () => {
    const { voices, npc, output, over, errors, frames } = createStage();
    const lines = Array.from({ length: 500 }, (_, index) => {
      const eid = npc({ seed: index });
      output.distances.set(eid, index);
      return voices.speak(eid, "Go!");
    });
    await frames(5);
    expect(voices.stats.live).toBeGreaterThan(4);
    expect(voices.stats.queued).toBeGreaterThan(400);
    await over(...lines);
    expect(lines.every(({ state }) => state === "finished")).toBe(true);
    expect(lines[0]?.detail).toBe("full");
    expect(lines[499]?.detail).toBe("silent");
    expect(errors).toEqual([]);
    expect(voices.stats).toMatchObject({ live: 0, queued: 0 });
  });
});
