import { CreateAudioEngineAsync } from "@babylonjs/core/AudioV2/webAudio/webAudioEngine.js";
import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Scene } from "@babylonjs/core/scene.js";
import { addComponent, addEntity, createWorld, set, type EntityId, type World } from "bitecs";
import { expect } from "vitest";
import type { VoicePluginOptions } from "../../plugin/babylon/plugin-options.ts";
import { createVoicePluginAsync, type VoicePlugin } from "../../plugin/babylon/voice-plugin.ts";
import { VoiceComponent } from "../../plugin/components.ts";
import { createWeightsCache } from "../../plugin/storage/weights-cache.ts";
import type { VoiceLine } from "../../plugin/voices.ts";
import type { SpeechBackend } from "../../runtime/backend.ts";
import { SPEAK_FILES } from "../../runtime/onnx/files.ts";
import { createWorkerBackend } from "../../runtime/onnx/worker-backend.ts";
import { loadWeights } from "../../runtime/weights.ts";

/** A scene that renders, with a world and voices; the camera stands at the origin and looks along +Z. */
export interface Game {
  readonly engine: AbstractEngine;
  readonly scene: Scene;
  readonly world: World;
  readonly plugin: VoicePlugin;
  /** A voice, with a mouth if it has a place. */
  addSpeaker(place?: readonly [number, number, number]): EntityId;
  /** Resolves after the plugin's part of the next frame. */
  nextFrame(): Promise<void>;
  dispose(): void;
}

/**
 * A Worker with the tiny weights for games that do not test the choice of a backend: starting one takes seconds. Ends with
 * the page.
 */
let sharedBackend: Promise<SpeechBackend> | undefined;

export function sharedWorkerBackend(): Promise<SpeechBackend> {
  sharedBackend ??= startSharedBackend();
  return sharedBackend;
}

async function startSharedBackend(): Promise<SpeechBackend> {
  const worker = new Worker(new URL("../../runtime/onnx/worker.ts", import.meta.url), { type: "module" });
  const read = createWeightsCache({ storage: undefined }).reader(TINY, { files: SPEAK_FILES });
  return createWorkerBackend(worker, await loadWeights(read, SPEAK_FILES));
}

export type GameOptions = Partial<VoicePluginOptions> & { readonly context?: BaseAudioContext };

export const TINY = "/test/fixtures/tiny/";

export async function createWebGpuGame(options: GameOptions = {}): Promise<Game> {
  const canvas = document.createElement("canvas");
  canvas.width = 64;
  canvas.height = 64;
  document.body.append(canvas);
  const engine = new WebGPUEngine(canvas);
  await engine.initAsync();
  return createGame(engine, options, () => canvas.remove());
}

export function createNullGame(options: GameOptions = {}): Promise<Game> {
  return createGame(new NullEngine(), options, () => undefined);
}

/** Audio engines are made only where a context is given, so that the plugin's own choice can be tested too. */
async function createGame(engine: AbstractEngine, options: GameOptions, remove: () => void): Promise<Game> {
  const { context, ...pluginOptions } = options;
  const scene = new Scene(engine);
  scene.activeCamera = new FreeCamera("ear", Vector3.Zero(), scene);
  engine.runRenderLoop(() => scene.render());
  const audioEngine = context && (await createAudio(context));
  const world = createWorld();
  const plugin = await createVoicePluginAsync(scene, world, {
    weights: TINY,
    backend: options.backend ?? (await sharedWorkerBackend()),
    lineStoreBytes: 0,
    weightsCache: createWeightsCache({ storage: undefined }),
    ...(audioEngine && { audioEngine }),
    ...pluginOptions,
  }).catch((error: unknown) => {
    engine.dispose();
    remove();
    throw error;
  });
  return {
    engine,
    scene,
    world,
    plugin,
    addSpeaker(place) {
      const eid = addEntity(world);
      addComponent(world, eid, set(VoiceComponent, { seed: 42 }));
      if (place === undefined) return eid;
      const node = new TransformNode(`speaker ${eid}`, scene);
      node.position.set(...place);
      plugin.bindMouth(eid, node);
      return eid;
    },
    nextFrame: () => new Promise((resolve) => engine.onEndFrameObservable.addOnce(() => resolve())),
    dispose() {
      plugin.dispose();
      audioEngine?.dispose();
      engine.dispose();
      remove();
    },
  };
}

/** Babylon takes an OfflineAudioContext too, though its types do not say so. */
function createAudio(context: BaseAudioContext) {
  return CreateAudioEngineAsync({
    audioContext: context as AudioContext,
    disableDefaultUI: true,
    listenerEnabled: true,
  });
}

/** Waits for the end of a line that must be heard. */
export async function hearToTheEnd(line: VoiceLine): Promise<void> {
  const end = await line.finished;
  expect(end).toMatchObject({ state: "finished" });
  expect(end.heardMs).toBeGreaterThan(300);
}
