import { addComponent, addEntity, createWorld, set, type World } from "bitecs";
import type { SpeechBackend } from "../../runtime/backend.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import { VoiceComponent, type VoiceData } from "../../plugin/components.ts";
import { createVoices, type Voices, type VoicesOptions } from "../../plugin/voices.ts";
import type { VoiceLine } from "../../plugin/voice-line.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { createFakeBackend, type FakeBackend } from "../speech/fake-backend.ts";
import { createRecordingOutput, type RecordingOutput } from "./recording-output.ts";

export const FRAME_MS = 16;

export const manifest: Manifest = await tinyManifest();

/** A world with voices, an output that records, and a clock that moves with the frames. */
export interface Stage {
  readonly world: World;
  readonly voices: Voices;
  readonly output: RecordingOutput;
  /** Everything that went to `onError`. */
  readonly errors: unknown[];
  /** The clock. */
  readonly nowMs: () => number;
  npc(data?: VoiceData): number;
  /** Draws frames: sound plays, pending work of the backend is done, systems run. */
  frames(count: number, frameMs?: number): Promise<void>;
  /** Draws frames until it holds; fails after `most`. */
  until(holds: () => boolean, most?: number): Promise<void>;
  /** Draws frames until every given line is over. */
  over(...lines: VoiceLine[]): Promise<void>;
}

export interface StageOptions extends Partial<VoicesOptions> {
  readonly world?: World;
}

export function createStage(options: StageOptions = {}): Stage & { readonly backend: FakeBackend } {
  const backend = createFakeBackend(manifest);
  return { ...stageWith(backend, manifest, options), backend };
}

export function stageWith(backend: SpeechBackend, weights: Manifest, options: StageOptions = {}): Stage {
  const { world = createWorld(), ...rest } = options;
  const output = createRecordingOutput(weights.sampleRateHz);
  const errors: unknown[] = [];
  let now = 1000;
  const voices = createVoices(world, {
    backend,
    manifest: weights,
    output,
    clock: () => now,
    onError: (error) => errors.push(error),
    ...rest,
  });
  const stage: Stage = {
    world,
    voices,
    output,
    errors,
    nowMs: () => now,
    npc(data = { seed: 1 }) {
      const eid = addEntity(world);
      addComponent(world, eid, set(VoiceComponent, data));
      return eid;
    },
    async frames(count, frameMs = FRAME_MS) {
      for (let frame = 0; frame < count; frame++) {
        now += frameMs;
        output.play(frameMs);
        voices.update(now, frameMs);
        await settle();
      }
    },
    async until(holds, most = 2000) {
      for (let frame = 0; !holds(); frame++) {
        if (frame >= most) throw new Error(`not within ${most} frames`);
        await stage.frames(1);
      }
    },
    over: (...lines) => stage.until(() => lines.every(isOver)),
  };
  return stage;
}

export function isOver({ state }: VoiceLine): boolean {
  return state !== "queued" && state !== "computing" && state !== "audible";
}

/** Lets everything run that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
