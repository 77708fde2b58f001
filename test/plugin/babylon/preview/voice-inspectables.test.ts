import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { InspectableType } from "@babylonjs/core/Misc/iInspectable.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Scene } from "@babylonjs/core/scene.js";
import { addEntity } from "bitecs";
import { afterAll, describe, expect, it } from "vitest";
import { attachVoiceInspectables } from "../../../../plugin/babylon/preview/voice-inspectables.ts";
import { seedOf, VoiceComponent } from "../../../../plugin/components.ts";
import { readVoiceRecord } from "../../../../runtime/voice/read-voice-record.ts";
import { describeVoice } from "../../../../runtime/voice/traits.ts";
import { createStage, manifest, type Stage } from "../../stage.ts";

const engine = new NullEngine();
const scene = new Scene(engine);
afterAll(() => engine.dispose());

function attach(stage: Stage, eid: number) {
  const node = new TransformNode("npc", scene);
  node.metadata = { name: "Mira" };
  const copied: string[] = [];
  const copy = async (text: string) => void copied.push(text);
  const detach = attachVoiceInspectables(node, { voices: stage.voices, manifest, eid, copy });
  const find = (label: string) => {
    const found = node.inspectableCustomProperties.find((each) => each.label === `Voice: ${label}`);
    if (found === undefined) throw new Error(`the node shows no ${label}`);
    return found;
  };
  const fields = node as unknown as Record<string, unknown>;
  return {
    node,
    detach,
    copied,
    find,
    get: (label: string) => fields[find(label).propertyName],
    set: (label: string, value: unknown) => (fields[find(label).propertyName] = value),
  };
}

describe("attachVoiceInspectables", () => {
  it("shows the voice of the entity as fields of the kinds the Inspector knows", () => {
    const stage = createStage();
    const { find, get } = attach(stage, stage.npc({ seed: 42, speed: 1.5 }));
    const { pitchHz, size } = describeVoice(42, manifest.speaker);
    expect(get("Seed")).toBe("0x000000000000002a");
    expect(get("Pitch (Hz)")).toBeCloseTo(pitchHz, 6);
    expect(get("Size")).toBeCloseTo(size, 6);
    expect(get("Speed")).toBe(1.5);
    expect(find("Pitch (Hz)")).toMatchObject({ type: InspectableType.Slider });
    expect(find("Pitch (Hz)").min).toBeLessThan(pitchHz);
    expect(find("Speak")).toMatchObject({ type: InspectableType.Button });
  });

  it("writes a seed into the component and the node's metadata, and keeps what else is there", () => {
    const stage = createStage();
    const eid = stage.npc({ seed: 1 });
    const { node, set } = attach(stage, eid);
    set("Seed", "0xfeedface");
    expect(seedOf(eid)).toEqual({ lo: 0xfeedface, hi: 0 });
    expect(node.metadata.name).toBe("Mira");
    expect(readVoiceRecord(node.metadata.voice).seed).toBe("0x00000000feedface");
  });

  it("does nothing with what is no seed yet", () => {
    const stage = createStage();
    const eid = stage.npc({ seed: 7 });
    const { node, set } = attach(stage, eid);
    for (const text of ["", "0x", "mira", "-3"]) set("Seed", text);
    expect(seedOf(eid)).toEqual({ lo: 7, hi: 0 });
    expect(node.metadata).toEqual({ name: "Mira" });
  });

  it("finds a seed for a trait, and keeps the traits chosen before", () => {
    const stage = createStage();
    const eid = stage.npc({ seed: 7 });
    const { get, set } = attach(stage, eid);
    set("Pitch (Hz)", 150);
    set("Pace", 1.02);
    const { speaker } = manifest;
    const { pitchHz, pace } = describeVoice(seedOf(eid), speaker);
    expect(Math.abs(Math.log(pitchHz / 150))).toBeLessThanOrEqual(speaker.traits.pitch.error + 1e-6);
    expect(Math.abs(Math.log(pace / 1.02))).toBeLessThanOrEqual(speaker.traits.pace.error + 1e-6);
    expect(get("Pitch (Hz)")).toBeCloseTo(pitchHz, 6);
  });

  it("speaks the line in the game, and the next voice at once", async () => {
    const stage = createStage();
    const eid = stage.npc({ seed: 7 });
    const { find, set } = attach(stage, eid);
    set("Line to say", "Good evening.");
    find("Speak").callback?.();
    const first = stage.voices.lineOf(eid) ?? (await stage.frames(1), stage.voices.lineOf(eid));
    expect(first?.text).toBe("Good evening.");
    await stage.frames(3);
    find("Next seed").callback?.();
    await stage.frames(2);
    expect(seedOf(eid)).not.toEqual({ lo: 7, hi: 0 });
    expect(first?.state).toBe("cancelled");
    expect(stage.voices.lineOf(eid)).not.toBe(first);
  });

  it("sets speed and gain", () => {
    const stage = createStage();
    const eid = stage.npc();
    const { set } = attach(stage, eid);
    set("Speed", 1.25);
    set("Gain", 0.5);
    expect(VoiceComponent.speed[eid]).toBe(1.25);
    expect(VoiceComponent.gain[eid]).toBe(0.5);
    expect(() => set("Speed", 9)).toThrow(/allowed: 0.5 to 2/);
  });

  it("keeps a locked voice, but lets it be spoken, sped up and let go", async () => {
    const stage = createStage();
    const eid = stage.npc({ seed: 7 });
    const { find, get, set } = attach(stage, eid);
    set("Locked", true);
    expect(get("Locked")).toBe(true);
    set("Seed", "0x99");
    set("Pitch (Hz)", 150);
    find("Next seed").callback?.();
    set("Speed", 1.5);
    expect(seedOf(eid)).toEqual({ lo: 7, hi: 0 });
    expect(VoiceComponent.speed[eid]).toBe(1.5);
    await stage.frames(2);
    expect(stage.voices.lineOf(eid)).toBeUndefined();
    set("Locked", false);
    set("Seed", "0x99");
    expect(seedOf(eid)).toEqual({ lo: 0x99, hi: 0 });
  });

  it("copies what the component holds as JSON", () => {
    const stage = createStage();
    const { find, copied } = attach(stage, stage.npc({ seed: 7 }));
    find("Copy component JSON").callback?.();
    expect(copied.map((json) => readVoiceRecord(json).seed)).toEqual(["0x0000000000000007"]);
  });

  it("gives an entity without a voice one", () => {
    const stage = createStage();
    const { get } = attach(stage, addEntity(stage.world));
    expect(get("Seed")).toMatch(/^0x[\da-f]{16}$/);
  });

  it("leaves the node as it was, but for the voice", () => {
    const stage = createStage();
    const { node, detach, set } = attach(stage, stage.npc());
    const own = { label: "Mood", propertyName: "mood", type: InspectableType.String };
    node.inspectableCustomProperties.push(own);
    set("Seed", "5");
    detach();
    expect(node.inspectableCustomProperties).toEqual([own]);
    expect(Object.keys(node).filter((key) => key.startsWith("voice_"))).toEqual([]);
    expect("voice_seed" in node).toBe(false);
    expect(readVoiceRecord(node.metadata.voice).seed).toBe("0x0000000000000005");
  });
});
