import { afterEach, describe, expect, it, vi } from "vitest";
import { AudioEngineV2 } from "@babylonjs/core/AudioV2/abstractAudio/audioEngineV2.js";
import { SoundState } from "@babylonjs/core/AudioV2/soundState.js";
import { createNullGame, createWebGpuGame, hearToTheEnd, type Game, type GameOptions } from "./game.ts";
import { everySeconds, levelOf, pause, renderWith } from "./offline.ts";
import { PATIENCE_MS } from "./patience.ts";

const RATE_HZ = 48_000;
const TEXT = "Hello, traveler!";
const games: Game[] = [];

async function start(create: (options: GameOptions) => Promise<Game>, options: GameOptions): Promise<Game> {
  const game = await create(options);
  games.push(game);
  return game;
}

afterEach(() => {
  for (const game of games.splice(0)) game.dispose();
});

/** Renders what a game says: the whole line is computed before it is heard, and each step is heard before it is drawn. */
function render(game: Game, context: OfflineAudioContext, step = 0.1): Promise<AudioBuffer> {
  const { plugin } = game;
  return renderWith(context, everySeconds(step, context.length / RATE_HZ), async (second) => {
    // A line goes into the cache when it is complete.
    if (second === 0)
      await vi.waitFor(() => expect(plugin.stats.cachedBytes).toBeGreaterThan(0), PATIENCE_MS);
    await game.nextFrame();
  });
}

/** A line of a speaker at a place, as both ears hear it. */
async function hear(
  create: (options: GameOptions) => Promise<Game>,
  place: readonly [number, number, number] | undefined,
  options: GameOptions = {},
  effect?: string,
): Promise<{ left: number; right: number; backend: string }> {
  const context = new OfflineAudioContext(2, 2 * RATE_HZ, RATE_HZ);
  const game = await start(create, { context, ...options });
  game.plugin.speak(game.addSpeaker(place), TEXT, { detail: "full", ...(effect && { effect }) });
  const heard = await render(game, context);
  return { left: levelOf(heard, 0), right: levelOf(heard, 1), backend: game.plugin.stats.backend };
}

describe("voices in a Babylon scene", () => {
  it("are louder in the ear they stand at, with the real engine on a software adapter and, therefore, the Worker", async () => {
    const fromLeft = await hear(createWebGpuGame, [-4, 0, 3], { backend: "auto" });
    expect(fromLeft.backend).toBe("Worker (WASM)");
    const fromRight = await hear(createWebGpuGame, [4, 0, 3]);
    expect(fromLeft.left).toBeGreaterThan(1.5 * fromLeft.right);
    expect(fromRight.right).toBeGreaterThan(1.5 * fromRight.left);
    expect(fromLeft.left).toBeCloseTo(fromRight.right, 3);
  });

  it("fall off with distance", async () => {
    const near = await hear(createNullGame, [0, 0, 4]);
    const far = await hear(createNullGame, [0, 0, 20]);
    const ratio = near.left / far.left; // (1.5 + 1.2 * 18.5) / (1.5 + 1.2 * 2.5) = 5.3
    expect(ratio).toBeGreaterThan(4.5);
    expect(ratio).toBeLessThan(6);
  });

  it("are heard in both ears alike when they have no mouth", async () => {
    const { left, right } = await hear(createNullGame, undefined);
    expect(left).toBeGreaterThan(0.001);
    expect(left).toBeCloseTo(right, 6);
  });

  it("go through the effect that the line asks for, from the same place", async () => {
    const plain = await hear(createNullGame, [-4, 0, 0]);
    const radio = await hear(createNullGame, [-4, 0, 0], {}, "radio");
    const half = (context: BaseAudioContext) => {
      const gain = new GainNode(context, { gain: 0.5 });
      return { input: gain, output: gain };
    };
    const own = await hear(createNullGame, [-4, 0, 0], { effects: { half } }, "half");
    expect(radio.left).toBeGreaterThan(0.0001);
    expect(radio.left).toBeGreaterThan(100 * radio.right);
    expect(Math.abs(radio.left / plain.left - 1)).toBeGreaterThan(0.1);
    expect(own.left / plain.left).toBeCloseTo(0.5, 1);
  });

  it("tell words and visemes in order, within 20 ms of their samples", async () => {
    const context = new OfflineAudioContext(2, 2.5 * RATE_HZ, RATE_HZ);
    const game = await start(createNullGame, { context });
    const line = game.plugin.speak(game.addSpeaker([0, 0, 1]), TEXT, { detail: "full" });
    const told: { kind: string; text: string; sample: number; atSeconds: number }[] = [];
    line.onEvent.add((event) => {
      if (event.kind !== "word" && event.kind !== "viseme") return;
      const text = event.kind === "word" ? event.text : event.viseme;
      told.push({ kind: event.kind, text, sample: event.sample, atSeconds: context.currentTime });
    });
    const heard = (await render(game, context, 0.01)).getChannelData(0);
    const startSeconds = heard.findIndex((sample) => sample !== 0) / RATE_HZ;
    const late = told.map(({ sample, atSeconds }) => atSeconds - startSeconds - sample / 16_000);
    expect(line.state).toBe("finished");
    expect(told.filter(({ kind }) => kind === "word").map(({ text }) => text)).toEqual(["Hello", "traveler"]);
    expect(told.filter(({ kind }) => kind === "viseme").length).toBeGreaterThan(5);
    expect(told.map(({ sample }) => sample)).toEqual(
      told.map(({ sample }) => sample).toSorted((a, b) => a - b),
    );
    expect(Math.max(...late)).toBeLessThan(0.02);
    expect(Math.min(...late)).toBeGreaterThan(-0.02);
  });
});

describe("a line goes on and ends", () => {
  it("when nothing is drawn any more", async () => {
    const context = new AudioContext();
    const game = await start(createNullGame, { context });
    const line = game.plugin.speak(game.addSpeaker([0, 0, 2]), TEXT, { detail: "full" });
    await line.started;
    game.engine.stopRenderLoop();
    await hearToTheEnd(line);
  });

  it("after sound was locked for a while", async () => {
    const context = new AudioContext();
    await context.suspend();
    const game = await start(createNullGame, { context });
    const line = game.plugin.speak(game.addSpeaker([0, 0, 2]), TEXT, { detail: "full" });
    await pause(1500);
    expect(game.plugin.locked).toBe(true);
    expect(line.state === "audible" || line.state === "finished").toBe(false);
    document.dispatchEvent(new KeyboardEvent("keydown"));
    await hearToTheEnd(line);
    expect(game.plugin.locked).toBe(false);
  });
});

/** Of the files in a folder and in those within. */
async function bytesIn(folder: FileSystemDirectoryHandle): Promise<number> {
  let bytes = 0;
  for await (const handle of folder.values())
    bytes +=
      handle.kind === "file"
        ? (await (handle as FileSystemFileHandle).getFile()).size
        : await bytesIn(handle as FileSystemDirectoryHandle);
  return bytes;
}

describe("createVoicePluginAsync", () => {
  it("says a line as before when the player comes back, from his disk", async () => {
    const details: unknown[] = [];
    const root = await navigator.storage.getDirectory();
    const stored = async () => bytesIn(await root.getDirectoryHandle("kalliope-lines"));
    for (const visit of [1, 2]) {
      const game = await start(createNullGame, { context: new AudioContext(), lineStoreBytes: 2 ** 20 });
      const line = game.plugin.speak(game.addSpeaker([0, 0, 2]), TEXT, { take: 7 });
      await hearToTheEnd(line);
      details.push(line.detail);
      if (visit === 1) await vi.waitFor(async () => expect(await stored()).toBeGreaterThan(0), PATIENCE_MS);
      game.dispose();
    }
    await root.removeEntry("kalliope-lines", { recursive: true });
    expect(details).toEqual(["full", "cached"]);
  });

  it("lets a silent sound of Babylon's own play while someone speaks, for phones whose ringer is off", async () => {
    const game = await start(createNullGame, { context: new AudioContext() });
    const stateOfHum = () => game.plugin.audioEngine.sounds.map(({ state }) => state);
    expect(stateOfHum()).toEqual([SoundState.Stopped]);
    const line = game.plugin.speak(game.addSpeaker([0, 0, 2]), TEXT, { detail: "full" });
    await line.started;
    await game.nextFrame();
    expect(stateOfHum()).toEqual([SoundState.Started]);
    await hearToTheEnd(line);
    for (let i = 0; i < 10; i += 1) await game.nextFrame();
    expect(stateOfHum()).toEqual([SoundState.Stopped]);
    game.plugin.dispose();
    expect(game.plugin.audioEngine.sounds.length).toBe(0);
  });

  it("leaves nothing behind", async () => {
    const context = new AudioContext();
    const game = await start(createNullGame, { context });
    const { engine, scene, plugin } = game;
    const remove = plugin.showSubtitles();
    expect(document.querySelector(".kalliope-subtitles")).not.toBeNull();
    const speaker = game.addSpeaker([0, 0, 1]);
    const line = plugin.speak(speaker, TEXT);
    const mouths = () => scene.transformNodes.filter(({ name }) => name.endsWith(" mouth")).length;
    expect([mouths(), plugin.audioEngine.nodes.size > 0]).toEqual([1, true]);
    plugin.dispose();
    plugin.dispose();
    remove();
    expect((await line.finished).state).toBe("cancelled");
    expect(document.querySelector(".kalliope-subtitles")).toBeNull();
    expect(mouths()).toBe(0);
    expect(engine.onEndFrameObservable.hasObservers()).toBe(false);
    expect([...plugin.audioEngine.nodes].some(({ name }) => name.startsWith("voice"))).toBe(false);
    expect(plugin.audioEngine.listener.isAttached).toBe(false);
    expect(context.state).toBe("running"); // the game's own
  });

  it("makes an audio engine when the game has none, and ends it with the scene", async () => {
    const game = await start(createNullGame, {});
    expect(AudioEngineV2.Instances).toContain(game.plugin.audioEngine);
    game.scene.dispose();
    expect(AudioEngineV2.Instances).not.toContain(game.plugin.audioEngine);
  });
});
