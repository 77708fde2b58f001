import type { AudioEngineV2 } from "@babylonjs/core/AudioV2/abstractAudio/audioEngineV2.js";
import type { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import type { Node } from "@babylonjs/core/node.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { observe, onRemove, type World } from "bitecs";
import type { SpeechBackend } from "../../runtime/backend.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { VOICE_EFFECTS } from "../audio/effects.ts";
import { VoiceComponent } from "../components.ts";
import type { LineCache } from "../line-cache.ts";
import { createMemoryLineCache } from "../memory-line-cache.ts";
import { createLayeredLineCache } from "../storage/layered-line-cache.ts";
import { openLineStore } from "../storage/line-store.ts";
import { createWeightsCache } from "../storage/weights-cache.ts";
import { createVoices, type Voices } from "../voices.ts";
import { resumeContext, unlockOnGesture, useAudioEngine } from "./audio-engine.ts";
import { chooseBackend, type BackendSetup } from "./choose-backend.ts";
import { driveFrames } from "./frame-driver.ts";
import { keepBackend } from "./keep-backend.ts";
import { createLipSync, type Lips, type LipSync } from "./lip-sync.ts";
import { createHum, type Hum } from "./hum.ts";
import { followListener } from "./listener.ts";
import { createMouths, type BoundMouth, type MouthOptions } from "./mouths.ts";
import { VOICE_PLUGIN_DEFAULTS, type VoicePluginOptions } from "./plugin-options.ts";
import { createSubtitles, type SubtitlesOptions } from "./subtitles.ts";
import { createBabylonOutput, type BabylonOutput } from "./voice-output.ts";

/** Voices in a scene: everything of `Voices`, and what ties them to nodes, sound and page. */
export interface VoicePlugin extends Voices {
  readonly manifest: Manifest;
  readonly audioEngine: AudioEngineV2;
  /** True while the browser keeps sound locked: lines wait for the first gesture of the player. */
  readonly locked: boolean;
  /** Call it in a gesture; clicks, touches and keys on the page do the same. */
  unlockAsync(): Promise<void>;
  /** Lets an entity speak from a node, which looks along its +Z axis. Returns what undoes it. */
  bindMouth(eid: number, node: TransformNode, options?: MouthOptions): () => void;
  /** The entity whose body a node is part of, and the node that its mouth is bound to; for editors. */
  speakerAt(node: Node): BoundMouth | undefined;
  /**
   * Lets the lips of an entity move with its lines. Returns what undoes it.
   * @throws RangeError when the meshes have no morph targets that are known
   */
  bindLips(eid: number, lips: Lips): () => void;
  /** How loud an entity is now (RMS). */
  levelOf(eid: number): number;
  /** Subtitles over the page. Returns what takes them away. */
  showSubtitles(options?: SubtitlesOptions): () => void;
}

/** What is undone, in reverse order, when the plugin is disposed or cannot be made. */
type Undo = (() => void)[];

/**
 * Gives the entities of a bitecs world voices in a Babylon scene. It runs by itself: no call per frame is needed.
 *
 * ```ts
 * const voices = await createVoicePluginAsync(scene, world, { weights: "/weights/small/" });
 * addComponent(world, guard, set(VoiceComponent, { seed: 42 }));
 * voices.bindMouth(guard, guardMesh, { offset: new Vector3(0, 1.7, 0) });
 * voices.speak(guard, "Who goes there?");
 * ```
 * The plugin ends with the scene, or with `dispose`.
 * @throws WeightsError when weights are missing, truncated, damaged or out of reach
 * @throws BackendError when no backend starts
 * @throws RangeError for an option out of range, or the signal's reason
 */
export async function createVoicePluginAsync(
  scene: Scene,
  world: World,
  options: VoicePluginOptions,
): Promise<VoicePlugin> {
  const undo: Undo = [];
  try {
    return await create(scene, world, options, undo);
  } catch (error) {
    undoAll(undo);
    throw error;
  }
}

async function create(
  scene: Scene,
  world: World,
  options: VoicePluginOptions,
  undo: Undo,
): Promise<VoicePlugin> {
  const onError = options.onError ?? ((error: unknown) => console.error(error));
  const engine = scene.getEngine();
  const setup = backendSetup(scene, options, onError);
  const start = () => chooseBackend(setup);
  const first = await start();
  const { manifest } = first.weights;
  undo.push(() => first.dispose());

  const audio = await useAudioEngine(options);
  undo.push(() => audio.dispose());
  undo.push(unlockOnGesture(audio.context), followListener(scene, audio.engine.listener, options.listener));
  const mouths = createMouths();
  undo.push(
    () => mouths.dispose(),
    observe(world, onRemove(VoiceComponent), (eid: number) => mouths.unbind(eid)),
  );
  const output = await createBabylonOutput({
    audio,
    spatial: options.spatial ?? {},
    outBus: options.outBus,
    effects: { ...VOICE_EFFECTS, ...options.effects },
    mouthOf: mouths.of,
    onError,
    sampleRateHz: manifest.sampleRateHz,
    speakers: options.speakers ?? VOICE_PLUGIN_DEFAULTS.speakers,
    ...(options.workletUrl !== undefined && { workletUrl: options.workletUrl }),
  });
  undo.push(() => output.dispose());
  const hum = await createHum(audio);
  undo.push(() => hum.dispose());

  const voices = createVoices(world, {
    ...options,
    slots: setup.slots,
    backend: first.backend,
    backendLabel: first.label,
    manifest,
    output,
    cache: options.cache ?? (await openCache(manifest, options, onError)),
    onError,
  });
  const use = (backend: SpeechBackend, label: string) => voices.setBackend(backend, label);
  undo.push(keepBackend(first, { engine, start, use, onError }), () => voices.dispose());
  const lips = createLipSync(voices, output.levelOf);
  undo.push(() => lips.dispose());
  undo.push(
    driveFrames(engine, (nowMs, frameMs) => updateAll({ voices, output, hum, lips }, nowMs, frameMs)),
  );
  options.signal?.throwIfAborted();

  const dispose = () => undoAll(undo);
  const observer = scene.onDisposeObservable.addOnce(dispose);
  undo.push(() => scene.onDisposeObservable.remove(observer));
  return extend(voices, {
    manifest,
    audioEngine: audio.engine,
    get locked() {
      return !output.running;
    },
    unlockAsync: () => resumeContext(audio.context),
    bindMouth: mouths.bind,
    speakerAt: mouths.speakerAt,
    bindLips: lips.bind,
    levelOf: output.levelOf,
    showSubtitles(subtitleOptions?: SubtitlesOptions) {
      const remove = createSubtitles(voices, subtitleOptions);
      undo.push(remove);
      return remove;
    },
    dispose,
  });
}

/** All of both; getters stay getters. */
function extend<A extends object, B extends object>(voices: A, extras: B): A & B {
  const members = {
    ...Object.getOwnPropertyDescriptors(voices),
    ...Object.getOwnPropertyDescriptors(extras),
  };
  return Object.defineProperties({}, members) as A & B;
}

function undoAll(undo: Undo): void {
  for (const step of undo.splice(0).toReversed()) step();
}

interface Parts {
  readonly voices: Voices;
  readonly output: BabylonOutput;
  readonly hum: Hum;
  readonly lips: LipSync;
}

function updateAll({ voices, output, hum, lips }: Parts, nowMs: number, frameMs: number | undefined): void {
  output.update();
  voices.update(nowMs, frameMs);
  hum.update(output.busy);
  lips.update(frameMs ?? 0);
}

function backendSetup(
  scene: Scene,
  options: VoicePluginOptions,
  onError: (error: unknown) => void,
): BackendSetup {
  const { backend, threads, slots } = { ...VOICE_PLUGIN_DEFAULTS, ...options };
  const { weights, weightsCache = createWeightsCache(), onProgress, signal } = options;
  return {
    choice: backend,
    engine: scene.getEngine(),
    threads,
    slots,
    createWorker: options.createWorker ?? startSpeechWorker,
    onCompiled: (compiled, total) => onProgress?.({ stage: "kernels", compiled, total }),
    onError,
    async load(files) {
      const read = weightsCache.reader(weights, {
        files,
        onProgress: (progress) => onProgress?.({ stage: "weights", ...progress }),
        ...(signal && { signal }),
      });
      try {
        return await loadWeights(read, files);
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
  };
}

function startSpeechWorker(): Worker {
  return new Worker(new URL("../../runtime/onnx/worker.ts", import.meta.url), { type: "module" });
}

const MEMORY_CACHE_BYTES = 32 * 2 ** 20;

/** Lines in memory, over those on the player's disk. */
async function openCache(
  manifest: Manifest,
  options: VoicePluginOptions,
  onProblem: (error: unknown) => void,
): Promise<LineCache> {
  const memory = createMemoryLineCache(MEMORY_CACHE_BYTES);
  const maxBytes = options.lineStoreBytes ?? VOICE_PLUGIN_DEFAULTS.lineStoreBytes;
  if (maxBytes === 0) return memory;
  const hashes = Object.values(manifest.files).map(({ sha256 }) => sha256.slice(0, 4));
  const store = await openLineStore({ model: `${manifest.name}-${hashes.join("")}`, maxBytes, onProblem });
  return createLayeredLineCache(memory, store);
}
