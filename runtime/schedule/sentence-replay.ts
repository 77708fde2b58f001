/**
 * A sentence as its line sees it, whichever backend holds it at present. It can be opened anew at any time, on another
 * backend or on the same: frames already made are made again (the same request gives the same frames) and sound
 * already given is left out.
 */
import type { FrameBatch, SentenceHandle, SentenceRequest } from "../backend.ts";

export interface SentenceReplay {
  readonly request: SentenceRequest;
  /** In the backend; undefined while it is not open there. */
  handle: SentenceHandle | undefined;
  /** What the line was told of. */
  frames: number;
  samples: number;
  ended: FrameBatch["ended"];
  /** What the backend has made since it was opened there. */
  framesThere: number;
  /** Given by the backend since it was opened there, known to the line or not. */
  samplesThere: number;
  endedThere: FrameBatch["ended"];
}

export function createReplay(request: SentenceRequest): SentenceReplay {
  return {
    request,
    handle: undefined,
    frames: 0,
    samples: 0,
    ended: undefined,
    framesThere: 0,
    samplesThere: 0,
    endedThere: undefined,
  };
}

/** The backend has it no longer. */
export function forget(replay: SentenceReplay): void {
  replay.handle = undefined;
  replay.framesThere = 0;
  replay.samplesThere = 0;
  replay.endedThere = undefined;
}

/**
 * Frames to ask for before anything new: those to be made again, and one more when the line was told of an end that the
 * backend has not reached again.
 */
export function framesBehind({ frames, framesThere, ended, endedThere }: SentenceReplay): number {
  if (endedThere !== undefined) return 0;
  return Math.max(frames - framesThere, ended === undefined ? 0 : 1);
}

/** Takes in frames; returns those the line does not know. */
export function takeFrames(replay: SentenceReplay, { symbolIndices, ended }: FrameBatch): Int32Array {
  const known = Math.max(0, Math.min(symbolIndices.length, replay.frames - replay.framesThere));
  const fresh = symbolIndices.subarray(known);
  replay.framesThere += symbolIndices.length;
  replay.endedThere = ended;
  replay.frames += fresh.length;
  replay.ended ??= ended;
  return fresh;
}

/** Takes in sound; returns what the line does not have. */
export function takeSamples(replay: SentenceReplay, samples: Float32Array): Float32Array {
  const known = Math.max(0, Math.min(samples.length, replay.samples - replay.samplesThere));
  const fresh = known === 0 ? samples : samples.slice(known);
  replay.samplesThere += samples.length;
  replay.samples += fresh.length;
  return fresh;
}
