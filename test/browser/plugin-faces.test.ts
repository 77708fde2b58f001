import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { MorphTarget } from "@babylonjs/core/Morph/morphTarget.js";
import { MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VOICE_EFFECTS, type VoiceEffect } from "../../plugin/audio/effects.ts";
import { amplitudeAt, tone } from "../speech/signals.ts";
import { createNullGame, hearToTheEnd, type Game } from "./game.ts";

const TEXT = "Hello, traveler!";
const OCULUS = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"];

let game: Game;

beforeAll(async () => {
  game = await createNullGame({ context: new AudioContext() });
});

afterAll(() => game.dispose());

function createFace(scene: Scene, targetNames: readonly string[]): Mesh {
  const mesh = new Mesh("face", scene);
  const manager = new MorphTargetManager(scene);
  for (const name of targetNames) manager.addTarget(new MorphTarget(name, 0, scene));
  mesh.morphTargetManager = manager;
  return mesh;
}

describe("lips", () => {
  it("move with a line through the shapes of its text, and close at its end", async () => {
    const face = createFace(game.scene, ["blink", ...OCULUS.map((name) => `viseme_${name}`)]);
    const manager = face.morphTargetManager!;
    manager.getTarget(0).influence = 0.3;
    const speaker = game.addSpeaker([0, 0, 1]);
    const unbind = game.plugin.bindLips(speaker, face);
    const line = game.plugin.speak(speaker, TEXT, { detail: "full" });
    const seen = new Set<string>();
    const told = new Set<string>(["viseme_sil"]);
    line.onViseme.add(({ viseme }) => told.add(`viseme_${viseme}`));
    const observer = game.engine.onEndFrameObservable.add(() => {
      for (let i = 1; i < manager.numTargets; i += 1) {
        const { name, influence } = manager.getTarget(i);
        if (influence > 0.05) seen.add(name);
      }
    });
    await hearToTheEnd(line);
    for (let i = 0; i < 12; i += 1) await game.nextFrame();
    game.engine.onEndFrameObservable.remove(observer);
    expect(seen.size).toBeGreaterThan(3);
    expect([...seen].filter((name) => !told.has(name))).toEqual([]);
    const influenceOf = (name: string) => manager.getTarget(1 + OCULUS.indexOf(name)).influence;
    expect([influenceOf("sil"), influenceOf("aa"), manager.getTarget(0).influence]).toEqual([1, 0, 0.3]);
    expect(manager.numMaxInfluencers).toBe(16);
    unbind();
    expect([influenceOf("sil"), manager.numMaxInfluencers]).toEqual([0, 0]);
  });

  it("refuse a face without known targets", () => {
    const faces = [createFace(game.scene, ["smile"]), new Mesh("bare", game.scene)];
    expect(() => game.plugin.bindLips(1, faces)).toThrow(/"face", "bare" has morph targets named as/);
  });
});

it("shows subtitles word by word, with names, and takes them away at the end of the line", async () => {
  const speaker = game.addSpeaker([0, 0, 1]);
  const remove = game.plugin.showSubtitles({ nameOf: (eid) => (eid === speaker ? "Odo" : "?") });
  const line = game.plugin.speak(speaker, TEXT, { detail: "full" });
  const shown: (string | undefined)[] = [];
  const partOf = (part: string) => document.querySelector(`.kalliope-subtitles .${part}`)?.textContent;
  const detach = game.plugin.onEvent.add(({ event }) => {
    if (event.kind === "word") shown.push(`${partOf("name")}${partOf("said")}|${partOf("coming")}`);
  });
  await hearToTheEnd(line);
  detach();
  await game.nextFrame();
  expect(shown).toEqual(["Odo: Hello|, traveler!", "Odo: Hello, traveler|!"]);
  expect(document.querySelector(".kalliope-subtitles p")).toBeNull();
  remove();
  expect(document.querySelector(".kalliope-subtitles")).toBeNull();
});

describe("effects", () => {
  const RATE_HZ = 48_000;

  /** What an effect makes of half a second of a tone, over a second. */
  async function through(effect: VoiceEffect, hz: number): Promise<Float32Array> {
    const context = new OfflineAudioContext(1, RATE_HZ, RATE_HZ);
    const { input, output } = effect(context);
    const buffer = new AudioBuffer({ length: RATE_HZ / 2, sampleRate: RATE_HZ });
    buffer.copyToChannel(tone(hz, RATE_HZ, 0.5) as Float32Array<ArrayBuffer>, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(input);
    output.connect(context.destination);
    source.start();
    return (await context.startRendering()).getChannelData(0);
  }

  const loudness = async (effect: VoiceEffect, hz: number) =>
    amplitudeAt((await through(effect, hz)).subarray(0, RATE_HZ / 2), hz, RATE_HZ);

  it.each([
    ["radio", 100, 1200],
    ["radio", 7000, 1200],
    ["mask", 5000, 420],
  ] as const)("%s lets little of %d Hz through, and %d Hz", async (name, quiet, loud) => {
    const effect = VOICE_EFFECTS[name]!;
    expect(await loudness(effect, loud)).toBeGreaterThan(0.2);
    expect(await loudness(effect, quiet)).toBeLessThan(0.2 * (await loudness(effect, loud)));
  });

  it("cave rings on when the voice is over, and fades", async () => {
    const heard = await through(VOICE_EFFECTS["cave"]!, 500);
    const level = (from: number, to: number) => Math.hypot(...heard.subarray(from * RATE_HZ, to * RATE_HZ));
    expect(level(0.52, 0.57)).toBeGreaterThan(0.01);
    expect(level(0.9, 0.95)).toBeLessThan(0.5 * level(0.52, 0.57));
  });
});
