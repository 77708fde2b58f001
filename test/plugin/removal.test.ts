import { addComponent, addEntity, hasComponent, removeComponent, removeEntity, set } from "bitecs";
import { describe, expect, it } from "vitest";
import { Queued, Speaking, VoiceComponent } from "../../plugin/components.ts";
import { createStage } from "./stage.ts";

const TEXT = "A long story about an old bridge.";

describe("an entity removed while it speaks", () => {
  it.each(["queued", "computing", "audible"] as const)(
    "never lends its line to another of the same id: %s",
    async (state) => {
      const { world, voices, output, npc, until, over, backend, errors } = createStage();
      const eid = npc({ seed: 1 });
      const line = voices.speak(eid, TEXT);
      const waiting = voices.speak(eid, "And more.");
      if (state !== "queued") await until(() => line.state === state);
      removeEntity(world, eid);
      expect([line.state, waiting.state]).toEqual(["cancelled", "cancelled"]);
      expect(output.sinks.every(({ released }) => released)).toBe(true);
      const sinksBefore = output.sinks.length;

      const recycled = addEntity(world);
      addComponent(world, recycled, set(VoiceComponent, { seed: 2 }));
      expect(recycled).toBe(eid);
      expect(hasComponent(world, recycled, Speaking) || hasComponent(world, recycled, Queued)).toBe(false);
      expect(voices.lineOf(recycled)).toBeUndefined();
      const requestsBefore = backend.requests.length;
      const next = voices.speak(recycled, TEXT);
      await over(next);
      expect(next.state).toBe("finished");
      expect(output.sinks.length).toBe(sinksBefore + 1);
      const seeds = backend.requests.slice(requestsBefore).map(({ noise }) => noise.seedLo);
      expect(new Set(seeds)).toEqual(new Set([2]));
      expect(line.state).toBe("cancelled");
      expect(backend.open.size).toBe(0);
      expect(errors).toEqual([]);
    },
  );

  it("is cut off at once, not faded, also when its line was just cancelled", async () => {
    const { world, voices, output, npc, until } = createStage();
    const eid = npc();
    const line = voices.speak(eid, TEXT);
    await until(() => line.state === "audible");
    line.cancel(1000);
    expect(output.sinks[0]?.released).toBe(false);
    removeEntity(world, eid);
    expect(output.sinks[0]?.released).toBe(true);
  });

  it("may be removed by a listener of its own line", async () => {
    const { world, voices, npc, frames, errors } = createStage();
    const [eid, other] = [npc(), npc()];
    const line = voices.speak(eid, TEXT, { onWord: () => removeEntity(world, eid) });
    const others = voices.speak(other, TEXT);
    await frames(40);
    expect(line.state).toBe("cancelled");
    expect(others.state).toBe("audible");
    expect(errors).toEqual([]);
  });
});

describe("an entity that loses its voice and lives on", () => {
  it("falls silent and has no tags", async () => {
    const { world, voices, npc, until, frames } = createStage();
    const eid = npc();
    const line = voices.speak(eid, TEXT);
    voices.speak(eid, "And more.");
    await until(() => line.state === "audible");
    removeComponent(world, eid, VoiceComponent);
    expect(line.state).toBe("cancelled");
    await frames(1);
    expect(hasComponent(world, eid, Speaking) || hasComponent(world, eid, Queued)).toBe(false);
    expect(voices.stats).toMatchObject({ live: 0, queued: 0 });
  });
});
