import type { LearnState } from "../../runtime/adapt/learn-state.ts";
import type {
  LearnControl,
  LearnedVoiceFile,
  LearnProgress,
  LearnVoiceOptions,
} from "../../runtime/adapt/learn-voice.ts";
import { expect } from "vitest";
import type { CloningState } from "../../plugin/cloning/cloning-state.ts";
import type { MicrophoneError } from "../../plugin/cloning/microphone-error.ts";
import type { MicrophoneDevice, MicrophoneListener, Microphones } from "../../plugin/cloning/microphone.ts";
import type { UnfinishedVoices } from "../../plugin/cloning/unfinished-voice.ts";
import { createVoiceCloning, type VoiceCloningController } from "../../plugin/cloning/voice-cloning.ts";
import type { VoiceLearner } from "../../plugin/cloning/voice-learner.ts";
import type { AddedVoice } from "../../plugin/cloning/voice-library.ts";
import { glidingVoice, noise } from "../speech/signals.ts";

export const RATE_HZ = 16_000;

export const AGREED = { speaker: "Ada", agreed: true };
export const VOICE = { name: "Ada", latent: new Float32Array(2) } as LearnedVoiceFile;
export const STATE = { name: "Ada", step: 20, steps: 100 } as LearnState;

/** Something that passes for speech: voiced, with pauses, over a quiet room. */
export function speech(seconds: number, gain = 0.5): Float32Array {
  const room = noise(Math.round(seconds * RATE_HZ));
  return glidingVoice(120, RATE_HZ, seconds).map((sample, i) => {
    const isPause = (i / RATE_HZ) % 1 > 0.7;
    return (isPause ? 0 : gain * sample) + 0.0005 * room[i]!;
  });
}

/** Lets everything run that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Microphones whose sound the test makes. */
export function createFakeMicrophones() {
  const fake = {
    devices: [{ id: "built-in", label: "Built-in" }] as MicrophoneDevice[],
    /** Thrown at the next `list` or `open`. */
    fault: undefined as MicrophoneError | undefined,
    opened: [] as (string | undefined)[],
    open: 0,
    listener: undefined as MicrophoneListener | undefined,
    plug: () => undefined as void,
    hear(samples: Float32Array) {
      for (let start = 0; start < samples.length; start += 2048)
        fake.listener?.onSamples(samples.slice(start, start + 2048));
    },
  };
  const refuse = () => {
    if (fake.fault !== undefined) throw fake.fault;
  };
  const microphones: Microphones = {
    async list() {
      refuse();
      return fake.devices;
    },
    async open(id, listener) {
      refuse();
      fake.opened.push(id);
      fake.open++;
      fake.listener = listener;
      let isOpen = true;
      const close = () => {
        if (isOpen) fake.open--;
        isOpen = false;
      };
      return { sampleRateHz: RATE_HZ, close };
    },
    onChange(listener) {
      fake.plug = listener;
      return () => {
        fake.plug = () => undefined;
      };
    },
  };
  return { fake, microphones };
}

/** A learner that goes on when the test says so. */
export function createFakeLearner() {
  const fake = {
    asked: undefined as (LearnVoiceOptions & { readonly signal: AbortSignal }) | undefined,
    resumed: undefined as LearnState | undefined,
    control: undefined as LearnControl | undefined,
    finish: undefined as unknown as (voice: LearnedVoiceFile) => void,
    fail: undefined as unknown as (error: unknown) => void,
    progress: (progress: LearnProgress) => fake.control?.onProgress?.(progress),
    state: (state: LearnState) => fake.control?.onState?.(state),
  };
  const run = (control: LearnControl & { readonly signal: AbortSignal }) => {
    fake.control = control;
    return new Promise<LearnedVoiceFile>((resolve, reject) => {
      fake.finish = resolve;
      fake.fail = reject;
      control.signal.addEventListener("abort", () => reject(control.signal.reason as Error));
    });
  };
  const learner: VoiceLearner = {
    learn(options) {
      fake.asked = options;
      return run(options);
    },
    resume(state, control) {
      fake.resumed = state;
      return run(control);
    },
  };
  return { fake, learner };
}

export function createFakeUnfinished() {
  const fake = { kept: undefined as LearnState | undefined };
  const unfinished: UnfinishedVoices = {
    find: async () => fake.kept,
    keep(state) {
      fake.kept = state;
    },
    async discard() {
      fake.kept = undefined;
    },
  };
  return { fake, unfinished };
}

export interface CloningRig {
  readonly cloning: VoiceCloningController;
  readonly microphone: ReturnType<typeof createFakeMicrophones>["fake"];
  readonly learner: ReturnType<typeof createFakeLearner>["fake"];
  readonly unfinished: ReturnType<typeof createFakeUnfinished>["fake"];
  readonly added: LearnedVoiceFile[];
  readonly errors: unknown[];
  /** Stages in the order in which they were shown, each once in a row. */
  readonly stages: string[];
  /** Recordings being played, and what ends the last. */
  readonly played: { readonly seconds: number; stopped: boolean; end(): void }[];
  /** The state, which must be of that stage. */
  at<S extends CloningState["stage"]>(stage: S): Extract<CloningState, { stage: S }>;
  /** Records samples, from the beginning to the stage `recorded`. */
  record(samples: Float32Array): Promise<void>;
  /** Goes to the stage `consent` with `seconds` of speech. */
  toConsent(seconds?: number): Promise<void>;
}

export interface RigOptions {
  readonly left?: LearnState;
  readonly add?: (voice: LearnedVoiceFile) => Promise<AddedVoice>;
}

export function createRig({ left, add }: RigOptions = {}): CloningRig {
  const { fake: microphone, microphones } = createFakeMicrophones();
  const { fake: learner, learner: voiceLearner } = createFakeLearner();
  const { fake: unfinished, unfinished: unfinishedVoices } = createFakeUnfinished();
  unfinished.kept = left;
  const added: LearnedVoiceFile[] = [];
  const errors: unknown[] = [];
  const stages: string[] = [];
  const played: CloningRig["played"] = [];
  const keep = async (voice: LearnedVoiceFile): Promise<AddedVoice> => {
    added.push(voice);
    return { name: voice.name, problem: undefined };
  };
  const cloning = createVoiceCloning({
    library: { add: add ?? keep },
    learner: voiceLearner,
    microphones,
    unfinished: unfinishedVoices,
    play({ sampleRateHz, channels }) {
      let end = () => undefined as void;
      const finished = new Promise<void>((resolve) => {
        end = resolve;
      });
      const one = { seconds: (channels[0]?.length ?? 0) / sampleRateHz, stopped: false, end };
      played.push(one);
      const stop = () => {
        one.stopped = true;
        end();
      };
      return { finished, stop };
    },
    now: () => new Date("2026-11-22T18:00:00Z"),
    onError: (error) => errors.push(error),
  });
  cloning.onChange.add(({ stage }) => {
    if (stages.at(-1) !== stage) stages.push(stage);
  });
  async function record(samples: Float32Array): Promise<void> {
    cloning.begin();
    await settle();
    cloning.listen();
    await settle();
    microphone.hear(samples);
    cloning.stop();
  }
  return {
    cloning,
    microphone,
    learner,
    unfinished,
    added,
    errors,
    stages,
    played,
    at(stage) {
      expect(cloning.state.stage).toBe(stage);
      return cloning.state as never;
    },
    record,
    async toConsent(seconds = 6) {
      await record(speech(seconds));
      cloning.accept();
    },
  };
}
