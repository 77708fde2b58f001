import type { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { expect, it } from "vitest";
import { createWebGpuGame, hearToTheEnd } from "./game.ts";

/** A software adapter compiles the kernels of the webgpu backend for most of a minute, here twice. */
const PATIENCE_MS = 400_000;

it.each(["worker", "webgpu"] as const)(
  "a line goes on and ends when the device is destroyed in its middle (%s)",
  { timeout: PATIENCE_MS },
  async (backend) => {
    const context = new AudioContext();
    const labels: string[] = [];
    const game = await createWebGpuGame({ context, backend });
    const engine = game.engine as WebGPUEngine;
    const { _device: device } = engine;
    const line = game.plugin.speak(game.addSpeaker([0, 0, 2]), "Hello, traveler! How are you? Well met!", {
      detail: "full",
    });
    const words: string[] = [];
    line.onWord.add(({ text }) => words.push(text));
    await line.started;
    labels.push(game.plugin.stats.backend);
    device.destroy();
    await hearToTheEnd(line);
    labels.push(game.plugin.stats.backend);
    const { _device: restored } = engine;
    expect(restored).not.toBe(device);
    expect(words).toEqual(["Hello", "traveler", "How", "are", "you", "Well", "met"]);
    expect(labels[1]).toBe(labels[0]);
    await hearToTheEnd(game.plugin.speak(line.eid, "And again.", { detail: "full" }));
    game.dispose();
  },
);
