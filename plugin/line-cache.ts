import type { SpeechEvent } from "../runtime/speech/speech-events.ts";

/** A line as it was spoken. */
export interface CachedLine {
  /** Mono at the model's rate. */
  readonly samples: Float32Array;
  /** With the last, `end`, at the number of samples. */
  readonly events: readonly SpeechEvent[];
}

/**
 * Lines spoken before, by a key of at most 64 characters that names voice, text and manner. A promise may be given for
 * either; one that rejects counts as nothing stored.
 */
export interface LineCache {
  get(key: string): CachedLine | undefined | Promise<CachedLine | undefined>;
  put(key: string, line: CachedLine): void | Promise<void>;
  /** True when `get` would give a line, as far as is known at once. */
  has(key: string): boolean;
  /** Deletes the lines whose keys contain `part`, those being written too. */
  forget(part: string): void | Promise<void>;
  /** Bytes stored, when it is known. */
  readonly bytes?: number;
}
