/** What the page and the player on the audio thread say to each other. Frames are samples at the context's rate. */
import type { PhaseRows } from "../../runtime/speech/resample.ts";

/** Handed to the processor as `processorOptions`. */
export interface PlayerSettings extends PhaseRows {
  /** Length of the fades at start, end and underrun. */
  readonly fadeFrames: number;
  /** After an underrun, sound goes on when this much waits (or the line has ended). */
  readonly restartFrames: number;
  /** How often the position is reported while sound flows. */
  readonly reportFrames: number;
}

export type PlayerCommand =
  /** A new line; what still sounds of the last one fades out first. `line` tells reports of lines apart. */
  | { readonly kind: "open"; readonly line: number; readonly gain: number }
  /** Mono PCM at the model's rate. */
  | { readonly kind: "write"; readonly samples: Float32Array }
  /** Nothing more will be written. */
  | { readonly kind: "end" }
  | { readonly kind: "stop"; readonly fadeFrames: number }
  | { readonly kind: "gain"; readonly gain: number; readonly rampFrames: number }
  /** The player is no longer needed. */
  | { readonly kind: "close" };

/** waiting: nothing to play yet, or dry; flowing: sound goes out; done: all was heard, or a stop has faded out. */
export type PlayerState = "waiting" | "flowing" | "done";

export interface PlayerReport {
  readonly line: number;
  readonly state: PlayerState;
  /** Samples of the line given out so far, at the model's rate. */
  readonly played: number;
  readonly underruns: number;
  /** Root mean square of the frames since the last report. */
  readonly level: number;
}

/** A report and the time of the context it holds at. */
export interface TimedReport extends PlayerReport {
  readonly contextTime: number;
}
