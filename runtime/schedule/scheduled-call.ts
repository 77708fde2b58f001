/**
 * A call of a line on its way through the scheduler. What the line asks for in one piece is done in steps: the sentence
 * may have to be opened again and brought up to date, and many frames are made a few at a time.
 */
import type { FrameBatch, SentenceHandle } from "../backend.ts";
import type { Demand, Waiting } from "./demand.ts";
import { framesBehind, takeFrames, takeSamples, type SentenceReplay } from "./sentence-replay.ts";

export interface ScheduledSentence {
  readonly id: SentenceHandle;
  readonly demand: Demand;
  readonly replay: SentenceReplay;
  /** In a call of the backend at this moment. */
  busy: boolean;
  waitingCalls: number;
  /** The line needs it no longer. */
  closed: boolean;
}

/** What was asked for: frames left to make, or sound. */
type Asked =
  | { readonly kind: "open" }
  | { readonly kind: "advance"; framesLeft: number; readonly symbols: number[] }
  | { readonly kind: "decode"; samples: Float32Array | undefined };

/** The backend fails a call: since when, with what, and when it is tried again. */
export interface Stranded {
  readonly sinceMs: number;
  readonly error: unknown;
  readonly retryAtMs: number;
}

export interface ScheduledCall extends Waiting {
  readonly sentence: ScheduledSentence;
  readonly asked: Asked;
  stranded: Stranded | undefined;
  resolve(): void;
  reject(reason: unknown): void;
}

/** One call of the backend. */
export type Step =
  | { readonly kind: "open" }
  | { readonly kind: "advance"; readonly frames: number }
  | { readonly kind: "decode" };

/** What has to be done next; undefined when the call is done. */
export function nextStep({ sentence: { replay }, asked }: ScheduledCall): Step | undefined {
  if (replay.handle === undefined) return { kind: "open" };
  if (asked.kind === "open") return undefined;
  const behind = framesBehind(replay);
  if (behind > 0) return { kind: "advance", frames: behind };
  if (asked.kind === "decode") return asked.samples === undefined ? { kind: "decode" } : undefined;
  if (asked.framesLeft === 0 || replay.endedThere !== undefined) return undefined;
  return { kind: "advance", frames: asked.framesLeft };
}

export function receiveFrames({ sentence: { replay }, asked }: ScheduledCall, batch: FrameBatch): void {
  const fresh = takeFrames(replay, batch);
  if (asked.kind !== "advance") return;
  asked.symbols.push(...fresh);
  asked.framesLeft -= fresh.length;
}

export function receiveSamples({ sentence: { replay }, asked }: ScheduledCall, samples: Float32Array): void {
  if (asked.kind === "decode") asked.samples = takeSamples(replay, samples);
}
