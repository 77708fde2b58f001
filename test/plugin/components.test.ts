import {
  addComponent,
  addEntity,
  addPrefab,
  createWorld,
  getComponent,
  IsA,
  removeEntity,
  set,
} from "bitecs";
import { describe, expect, it } from "vitest";
import { observeVoices, readVoice, reseedClone, seedOf, VoiceComponent } from "../../plugin/components.ts";

function observedWorld() {
  const world = createWorld();
  observeVoices(world);
  return world;
}

describe("VoiceComponent", () => {
  it("stores what is set, as a seed or as its halves, and keeps what is not", () => {
    const world = observedWorld();
    const eid = addEntity(world);
    addComponent(world, eid, set(VoiceComponent, { seed: "0xfeedbeefcafe", speed: 1.5 }));
    expect(readVoice(world, eid)).toEqual({
      seedLo: 0xbeefcafe,
      seedHi: 0xfeed,
      adapter: "",
      speed: 1.5,
      gain: 1,
      importance: 0,
    });
    addComponent(world, eid, set(VoiceComponent, { seedLo: 5, gain: 0.25 }));
    expect(readVoice(world, eid)).toMatchObject({ seedLo: 5, seedHi: 0xfeed, speed: 1.5, gain: 0.25 });
  });

  it("added plainly has a random seed and the defaults, also where another was before", () => {
    const world = observedWorld();
    const eid = addEntity(world);
    addComponent(world, eid, set(VoiceComponent, { seed: 1, speed: 2, adapter: "x" }));
    removeEntity(world, eid);
    const next = addEntity(world);
    addComponent(world, next, VoiceComponent);
    expect(next).toBe(eid);
    expect(readVoice(world, next)).toMatchObject({ adapter: "", speed: 1, gain: 1, importance: 0 });
    const seeds = Array.from({ length: 20 }, () => {
      const other = addEntity(world);
      addComponent(world, other, VoiceComponent);
      return `${seedOf(other).hi} ${seedOf(other).lo}`;
    });
    expect(new Set(seeds).size).toBe(20);
  });

  it.each([
    [{ speed: 3 }, /speed is 3/],
    [{ speed: Number.NaN }, /speed/],
    [{ gain: -1 }, /gain is -1/],
    [{ importance: 300 }, /importance is 300/],
    [{ seed: -1 }, /Seed -1/],
  ])("refuses %o when it is set", (data, message) => {
    const world = observedWorld();
    const eid = addEntity(world);
    expect(() => addComponent(world, eid, set(VoiceComponent, data))).toThrow(message);
  });

  it("gives instances of a prefab its traits and a seed of their own", () => {
    const world = observedWorld();
    const guard = addPrefab(world);
    addComponent(world, guard, set(VoiceComponent, { seed: 9, speed: 0.8, gain: 2, adapter: "guard" }));
    const seeds = [1, 2, 3].map(() => {
      const eid = addEntity(world);
      addComponent(world, eid, IsA(guard));
      expect(getComponent(world, eid, VoiceComponent)).toMatchObject({
        speed: 0.8,
        gain: 2,
        adapter: "guard",
      });
      return seedOf(eid);
    });
    expect(new Set(seeds.map(({ lo, hi }) => `${hi} ${lo}`)).size).toBe(3);
    expect(seedOf(guard)).toEqual({ lo: 9, hi: 0 });
  });

  it("reseeds clones: each its own seed, the same at every run", () => {
    const world = observedWorld();
    const seeds = [1, 2, 3].map(() => {
      const eid = addEntity(world);
      addComponent(world, eid, set(VoiceComponent, { seed: 42, speed: 1.5 }));
      const seed = reseedClone(world, eid);
      expect(seedOf(eid)).toEqual(seed);
      expect(VoiceComponent.speed[eid]).toBe(1.5);
      VoiceComponent.seedLo[eid] = 42;
      VoiceComponent.seedHi[eid] = 0;
      expect(reseedClone(world, eid)).toEqual(seed);
      return `${seed.hi} ${seed.lo}`;
    });
    expect(new Set(seeds).size).toBe(3);
  });

  it("is no longer stored by bitecs when all who observed have stopped", () => {
    const world = createWorld();
    const stops = [observeVoices(world), observeVoices(world)];
    const eid = addEntity(world);
    addComponent(world, eid, set(VoiceComponent, { seed: 3 }));
    stops[0]?.();
    addComponent(world, eid, set(VoiceComponent, { seed: 4 }));
    expect(seedOf(eid).lo).toBe(4);
    stops[1]?.();
    addComponent(world, eid, set(VoiceComponent, { seed: 5 }));
    expect(seedOf(eid).lo).toBe(4);
  });
});
