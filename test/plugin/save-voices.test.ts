import { addComponent, addEntity, createWorld, hasComponent, query } from "bitecs";
import { createSnapshotDeserializer, createSnapshotSerializer } from "bitecs/serialization";
import { describe, expect, it } from "vitest";
import { Queued, reconcileVoices, seedOf, Speaking, VoiceComponent } from "../../plugin/components.ts";
import { createStage } from "./stage.ts";

const VOICE = { seed: 0xfeed_0000_0007n, adapter: "müller", speed: 1.25, gain: 0.5, importance: 3 };

function stored(eid: number) {
  const { lo, hi } = seedOf(eid);
  const { adapter, speed, gain, importance } = VoiceComponent;
  return { lo, hi, adapter: adapter[eid], speed: speed[eid], gain: gain[eid], importance: importance[eid] };
}

const EXPECTED = { lo: 7, hi: 0xfeed, adapter: "müller", speed: 1.25, gain: 0.5, importance: 3 };

describe("a save of voices", () => {
  it("brings back every field, in a world without it, with other ids", () => {
    const first = createStage();
    const eid = first.npc(VOICE);
    const packet = first.voices.saveVoices();
    expect(packet.byteLength).toBeLessThan(100);
    const second = createStage();
    for (let other = 0; other < 5; other++) addEntity(second.world);
    const loaded = second.voices.loadVoices(packet).get(eid) ?? -1;
    expect(stored(loaded)).toEqual(EXPECTED);
  });

  it("puts voices into entities the game has made already", () => {
    const { world, voices, npc } = createStage();
    const eid = npc(VOICE);
    const packet = voices.saveVoices([eid]);
    const other = addEntity(world);
    voices.loadVoices(packet, new Map([[eid, other]]));
    expect(stored(other)).toEqual(EXPECTED);
  });

  it("holds a crowd that does not fit the first buffer", () => {
    const { voices, npc } = createStage();
    const eids = Array.from({ length: 3000 }, (_, seed) =>
      npc({ seed, adapter: "a rather long name of a voice" }),
    );
    const ids = createStage().voices.loadVoices(voices.saveVoices());
    expect(ids.size).toBe(3000);
    expect(seedOf(ids.get(eids[2999] ?? -1) ?? -1).lo).toBe(2999);
  });

  it("is refused when it is something else, cut short, or of another version", () => {
    const { voices, npc } = createStage();
    npc();
    const packet = voices.saveVoices();
    const other = packet.slice(0);
    new DataView(other).setUint32(4, 99);
    expect(() => voices.loadVoices(new ArrayBuffer(3))).toThrow(/no save of voices/);
    expect(() => voices.loadVoices(new ArrayBuffer(64))).toThrow(/no save of voices/);
    expect(() => voices.loadVoices(packet.slice(0, packet.byteLength - 6))).toThrow(RangeError);
    expect(() => voices.loadVoices(other)).toThrow(/version 99/);
  });
});

describe("saving while voices speak", () => {
  it("leaves the lines alone, and loads voices that are silent", async () => {
    const { voices, npc, until, over, errors } = createStage();
    const eid = npc(VOICE);
    const lines = [voices.speak(eid, "A long story about a bridge."), voices.speak(eid, "And more.")];
    VoiceComponent.adapter[eid] = "";
    await until(() => lines[0]?.state === "audible");
    const packet = voices.saveVoices();
    const loaded = createStage();
    const copy = loaded.voices.loadVoices(packet).get(eid) ?? -1;
    expect(loaded.voices.lineOf(copy)).toBeUndefined();
    expect(hasComponent(loaded.world, copy, Speaking) || hasComponent(loaded.world, copy, Queued)).toBe(
      false,
    );
    await over(...lines);
    expect(lines.map(({ state }) => state)).toEqual(["finished", "finished"]);
    expect(errors).toEqual([]);
    const again = loaded.voices.speak(copy, "Go!");
    await loaded.over(again);
    expect(again.state).toBe("finished");
    expect(loaded.backend.requests.at(-1)?.noise).toMatchObject({ seedLo: 7, seedHi: 0xfeed });
  });
});

describe("a game's own snapshot", () => {
  it("may include VoiceComponent; reconcileVoices gives what is missing its default", () => {
    const { world, npc } = createStage();
    const eid = npc(VOICE);
    const packet = createSnapshotSerializer(world, [VoiceComponent], new ArrayBuffer(64 * 1024))([eid]);
    const other = createWorld();
    const ids = createSnapshotDeserializer(other, [VoiceComponent])(packet);
    const loaded = ids.get(eid) ?? -1;
    reconcileVoices(other);
    expect(stored(loaded)).toEqual(EXPECTED);
    VoiceComponent.speed[loaded] = Number.NaN;
    VoiceComponent.gain[loaded] = -4;
    reconcileVoices(other);
    expect(stored(loaded)).toEqual({ ...EXPECTED, speed: 1, gain: 1 });
    expect(query(other, [VoiceComponent]).length).toBe(1);
  });

  it("in a world that was never observed gets seeds from reconcileVoices", () => {
    const world = createWorld();
    const eid = addEntity(world);
    for (const store of Object.values(VoiceComponent)) delete store[eid];
    addComponent(world, eid, VoiceComponent);
    reconcileVoices(world);
    expect(seedOf(eid).lo >>> 0).toBe(VoiceComponent.seedLo[eid]);
    expect(stored(eid)).toMatchObject({ adapter: "", speed: 1, gain: 1, importance: 0 });
  });
});
