import type { FrameBatch, PacedBackend, SentenceHandle, Slice } from "../../runtime/backend.ts";
import { BackendError } from "../../runtime/errors.ts";

/** What a device did in one submission. */
export interface Submission {
  readonly slices: readonly Slice[];
  /** Milliseconds each took. */
  readonly costs: readonly number[];
}

export interface FakeDevice extends PacedBackend {
  readonly submissions: Submission[];
  /** Sentences of every advance and decode. */
  readonly batches: { readonly kind: string; readonly handles: readonly SentenceHandle[] }[];
  readonly open: Set<SentenceHandle>;
  /** Finishes what was submitted up to now. */
  finish(): void;
}

/** Samples the device makes of a frame. */
export const SAMPLES_PER_FRAME = 1280;

export interface FakeDeviceOptions {
  /** Milliseconds that the next slice takes. */
  readonly costOf: (slice: Slice, index: number) => number;
  /** Slices of a call, given its sentences. */
  readonly slicesOf?: (kind: string, sentences: number, frames: number) => Slice[];
  /** Frames after which a sentence ends. */
  readonly sentenceFrames?: number;
}

const SLICE: Slice = { kind: "", flops: 2e7, bytes: 1e6 };

function defaultSlices(kind: string, _sentences: number, frames: number): Slice[] {
  return Array.from({ length: Math.max(1, frames) * 2 }, () => ({ ...SLICE, kind }));
}

/** A paced backend whose calls are slices of a given cost; it says nothing. */
export function createFakeDevice({
  costOf,
  slicesOf = defaultSlices,
  sentenceFrames = 30,
}: FakeDeviceOptions): FakeDevice {
  const waiting: Slice[] = [];
  const jobs = new Map<Slice, { left: number; readonly resolve: () => void }>();
  const running: Submission[] = [];
  const made = new Map<SentenceHandle, { frames: number; decoded: number }>();
  const submissions: Submission[] = [];
  const batches: FakeDevice["batches"] = [];
  let nextHandle = 1;
  let submitted = 0;
  const work = (kind: string, sentences: number, frames: number, isBackground = false): Promise<void> => {
    const slices = slicesOf(kind, sentences, frames).map((slice) => ({ ...slice, isBackground }));
    const behind = waiting.findIndex((slice) => slice.isBackground);
    waiting.splice(isBackground || behind === -1 ? waiting.length : behind, 0, ...slices);
    return new Promise((resolve) => {
      const job = { left: slices.length, resolve };
      for (const slice of slices) jobs.set(slice, job);
    });
  };
  const stateOf = (handle: SentenceHandle) => {
    const state = made.get(handle);
    if (state === undefined) throw new RangeError(`${handle} is not open`);
    return state;
  };
  const device: FakeDevice = {
    submissions,
    batches,
    open: new Set(),
    slices: {
      waiting,
      onFinished: undefined,
      submit(count) {
        const slices = waiting.splice(0, count);
        const costs = slices.map((slice, index) => costOf(slice, submitted + index));
        submitted += slices.length;
        running.push({ slices, costs });
        submissions.push({ slices, costs });
      },
    },
    finish() {
      for (const { slices, costs } of running.splice(0)) {
        device.slices.onFinished?.(
          slices,
          costs.reduce((sum, cost) => sum + cost, 0),
        );
        for (const slice of slices) {
          const job = jobs.get(slice);
          jobs.delete(slice);
          if (job !== undefined && --job.left === 0) job.resolve();
        }
      }
    },
    async openSentence() {
      const handle = nextHandle++;
      made.set(handle, { frames: 0, decoded: 0 });
      device.open.add(handle);
      await work("prefill", 1, 1);
      return handle;
    },
    async advance(handles, maxFrames) {
      batches.push({ kind: "advance", handles });
      await work("step", handles.length, maxFrames);
      return handles.map((handle): FrameBatch => {
        const state = stateOf(handle);
        const frames = Math.min(maxFrames, sentenceFrames - state.frames);
        state.frames += frames;
        const symbolIndices = new Int32Array(frames);
        return { symbolIndices, ...(state.frames === sentenceFrames && { ended: "stopped" as const }) };
      });
    },
    async decode(handles) {
      batches.push({ kind: "decode", handles });
      await work("decoder", handles.length, 1);
      return handles.map((handle) => {
        const state = stateOf(handle);
        const samples = new Float32Array((state.frames - state.decoded) * SAMPLES_PER_FRAME);
        state.decoded = state.frames;
        return samples;
      });
    },
    async close(handle) {
      device.open.delete(handle);
      made.delete(handle);
    },
    encode: () => Promise.reject(new BackendError("not used")),
    embedSpeaker: () => Promise.reject(new BackendError("not used")),
    async adapterGradient({ conditioning }, adapter) {
      await work("train", 1, 8, true);
      return { kl: 1, pointer: 0, gradient: adapter, conditioningGradient: conditioning };
    },
    async dispose() {
      made.clear();
    },
  };
  return device;
}
