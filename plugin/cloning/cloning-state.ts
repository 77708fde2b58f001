import type { LearnProgress } from "../../runtime/adapt/learn-voice.ts";
import type { Recording } from "../../runtime/speech/check-reference.ts";
import type { Take } from "./check-take.ts";
import type { MicrophoneDevice } from "./microphone.ts";
import type { RecordingLevel } from "./recorder.ts";
import type { UnfinishedVoice } from "./unfinished-voice.ts";

/**
 * Where cloning a voice stands:
 * idle -> choosing -> listening -> recorded -> consent -> learning -> done | failed.
 */
export type CloningState =
  | IdleState
  | ChoosingState
  | ListeningState
  | RecordedState
  | ConsentState
  | LearningState
  | DoneState
  | FailedState;

export interface IdleState {
  readonly stage: "idle";
  /** May be gone on with by `resume`, or dropped by `discard`. */
  readonly unfinished: UnfinishedVoice | undefined;
}

/** Which microphone, or a recording that there is already? */
export interface ChoosingState {
  readonly stage: "choosing";
  /** The browser asks the player, or the microphone starts. */
  readonly isWaiting: boolean;
  readonly devices: readonly MicrophoneDevice[];
  /** Why there is nothing to record with, for the player. */
  readonly problem: string | undefined;
}

export interface ListeningState {
  readonly stage: "listening";
  readonly seconds: number;
  /** Recording ends by itself then. */
  readonly longestSeconds: number;
  readonly level: RecordingLevel;
}

export interface RecordedState {
  readonly stage: "recorded";
  readonly take: Take;
  /** What is said in it. */
  readonly transcript: string;
  readonly isPlaying: boolean;
}

/** Does the owner of the voice agree? */
export interface ConsentState {
  readonly stage: "consent";
  /** What is missing. */
  readonly problem: string | undefined;
}

export interface LearningState {
  readonly stage: "learning";
  readonly name: string;
  /** Undefined until it has begun. */
  readonly progress: LearnProgress | undefined;
}

export interface DoneState {
  readonly stage: "done";
  /** For `VoiceComponent.adapter`. */
  readonly name: string;
  /** The voice can be used, but could not be stored. */
  readonly problem: string | undefined;
  /** Only when it was to be kept. */
  readonly recording: Recording | undefined;
}

export interface FailedState {
  readonly stage: "failed";
  /** Of runtime/errors.ts, when it is to be expected. */
  readonly error: Error;
  /** `resume` may go on where it broke off. */
  readonly canResume: boolean;
}
