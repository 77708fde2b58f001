/** The page of `npm run bench -- game`: one walk with some voices. */
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { addComponent, addEntity, createWorld, set, type EntityId } from "bitecs";
import { createVoicePluginAsync, type VoicePlugin } from "../../../plugin/babylon/voice-plugin.ts";
import { VoiceComponent } from "../../../plugin/components.ts";
import { createWeightsCache } from "../../../plugin/storage/weights-cache.ts";
import { describeAdapter } from "../describe-adapter.ts";
import { drawFrames } from "./draw-frames.ts";
import { createSquare } from "./square.ts";

export interface WalkRequest {
  /** Address of the weights. */
  readonly weights: string;
  readonly backend: "worker" | "webgpu";
  /** How many people talk all the time; 0 to 16. */
  readonly voices: number;
  readonly seconds: number;
}

export interface WalkMeasurement {
  readonly backend: WalkRequest["backend"];
  readonly voices: number;
  readonly seconds: number;
  /** Of the engine's device. */
  readonly adapter: string;
  /** Plugin's own name of where the model runs. */
  readonly runsOn: string;
  /** From frame to frame. */
  readonly frameMs: readonly number[];
  /** What the plugin takes of this thread in each frame: systems, encoding, submitting. */
  readonly pluginMs: readonly number[];
  /** By how much the work reported in a frame exceeded the budget of that frame; empty when speech is not on this GPU. */
  readonly overshootMs: readonly number[];
  /** Tasks of more than 50 ms: while loading, and during the walk. */
  readonly loadTasksMs: readonly number[];
  readonly walkTasksMs: readonly number[];
  /** From `speak` to the first audible sample of every line that was heard. */
  readonly firstSoundMs: readonly number[];
  readonly linesEnded: number;
  readonly linesFailed: number;
  readonly underruns: number;
}

const SETTLE_MS = 1000;
const PAUSE_MS = 300;
const LINES = [
  "Have you seen the lights over the old mill?",
  "Fresh bread! Still warm from the oven.",
  "The bridge is out, so take the long road by the river.",
  "My brother went up the mountain, and he has not come back.",
];

async function walk({ weights, backend, voices, seconds }: WalkRequest): Promise<WalkMeasurement> {
  const tasks: PerformanceEntry[] = [];
  const tasksObserver = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  tasksObserver.observe({ type: "longtask", buffered: true });
  const engine = new WebGPUEngine(document.querySelector("canvas")!);
  await engine.initAsync();
  const { scene, people, walkTo } = createSquare(engine);
  walkTo(0);
  engine.runRenderLoop(() => scene.render());
  let pluginStartMs = 0;
  const before = engine.onEndFrameObservable.add(() => (pluginStartMs = performance.now()));
  const world = createWorld();
  const plugin = await createVoicePluginAsync(scene, world, {
    weights,
    backend,
    speakers: Math.max(1, voices),
    slots: Math.max(1, voices),
    lineStoreBytes: 0,
    weightsCache: createWeightsCache({ storage: undefined }),
  });
  await plugin.unlockAsync();
  const speakers = people.slice(0, voices).map((person, index) => {
    const eid = addEntity(world);
    addComponent(world, eid, set(VoiceComponent, { seed: 42 + index }));
    plugin.bindMouth(eid, person);
    return eid;
  });
  await pause(SETTLE_MS);

  let lastFrameMs: number | undefined;
  const [frameMs, pluginMs, overshootMs]: number[][] = [[], [], []];
  const startMs = performance.now();
  const after = engine.onEndFrameObservable.add(() => {
    const nowMs = performance.now();
    if (lastFrameMs !== undefined) frameMs!.push(nowMs - lastFrameMs);
    lastFrameMs = nowMs;
    pluginMs!.push(nowMs - pluginStartMs);
    const { speechMs, budgetMs } = plugin.stats;
    if (backend === "webgpu") overshootMs!.push(Math.max(0, speechMs - budgetMs));
    walkTo((nowMs - startMs) / 1000);
  });
  const talks = speakers.map((eid) => startTalking(plugin, eid));
  await pause(seconds * 1000);
  const { backend: runsOn, underruns } = plugin.stats;
  engine.onEndFrameObservable.remove(before);
  engine.onEndFrameObservable.remove(after);
  tasksObserver.disconnect();
  if (frameMs!.length === 0) throw new Error("No frame was drawn. Where there is no GPU, give --software.");
  const heard = talks.map((stop) => stop());
  plugin.dispose();
  engine.stopRenderLoop();
  const { _device: device } = engine;
  const lengthOf = ({ duration }: PerformanceEntry) => duration;
  return {
    backend,
    voices,
    seconds,
    adapter: describeAdapter(device.adapterInfo),
    runsOn,
    frameMs: frameMs!,
    pluginMs: pluginMs!,
    overshootMs: overshootMs!,
    loadTasksMs: tasks.filter(({ startTime }) => startTime < startMs).map(lengthOf),
    walkTasksMs: tasks.filter(({ startTime }) => startTime >= startMs).map(lengthOf),
    firstSoundMs: heard.flatMap(({ firstSoundMs }) => firstSoundMs),
    linesEnded: heard.reduce((sum, { ended }) => sum + ended, 0),
    linesFailed: heard.reduce((sum, { failed }) => sum + failed, 0),
    underruns,
  };
}

interface Heard {
  readonly firstSoundMs: number[];
  ended: number;
  failed: number;
}

/** Says one line after the other. Returns what ends it and gives what was heard. */
function startTalking(plugin: VoicePlugin, eid: EntityId): () => Heard {
  const heard: Heard = { firstSoundMs: [], ended: 0, failed: 0 };
  const end = new AbortController();
  const talk = async () => {
    for (let take = 0; !end.signal.aborted; take++) {
      const askedMs = performance.now();
      const text = LINES[(eid + take) % LINES.length]!;
      const line = plugin.speak(eid, text, { detail: "full", take });
      void line.whenAudible.then((audible) => {
        if (audible) heard.firstSoundMs.push(performance.now() - askedMs);
      });
      const { state } = await line.finished;
      if (state === "finished") heard.ended++;
      if (state === "failed" || state === "dropped") heard.failed++;
      await pause(PAUSE_MS);
    }
  };
  void talk();
  return () => {
    end.abort();
    return heard;
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function adapterName(): Promise<string> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  return adapter === null ? "none" : describeAdapter(adapter.info);
}

Reflect.set(globalThis, "bench", { walk, drawFrames, adapterName });
