import type { SpeechBackend } from "../backend.ts";
import { BackendError } from "../errors.ts";
import { joinFloats } from "../join.ts";
import type { Manifest } from "../manifest.ts";
import { conditioningOf } from "../styles.ts";
import { mostFrames } from "../speech/stop-rule.ts";
import { type Span, symbolTimes } from "../speech/symbol-times.ts";
import { yieldThread } from "../yield-thread.ts";

/** A sentence as the model itself speaks it. */
export interface SpokenSentence {
  /** [P] ids, from `<s>` to the final mark. */
  readonly symbols: Int32Array;
  readonly frames: number;
  /** [T] the symbol each frame speaks. */
  readonly symbolIndices: Int32Array;
  /** When each symbol sounds, in frames; symbols after the last one reached have none. */
  readonly spans: readonly Span[];
  /** [frames * samplesPerLatent] */
  readonly samples: Float32Array;
}

export interface Speaking {
  /** [S] */
  readonly speaker: Float32Array;
  readonly temperature: number;
  readonly signal?: AbortSignal | undefined;
}

/** Frames asked for at once, so that an abort is soon heard. */
const CHUNK_FRAMES = 12;

/**
 * Speaks a sentence without an adapter.
 * @throws BackendError when the device fails, or the signal's reason
 */
export async function speakSentence(
  backend: SpeechBackend,
  manifest: Manifest,
  symbols: Int32Array,
  { speaker, temperature, signal }: Speaking,
): Promise<SpokenSentence> {
  await yieldThread(signal);
  const noise = { seedLo: 0, seedHi: 0, stream: 1 };
  const conditioning = conditioningOf(speaker, manifest);
  const handle = await backend.openSentence({ conditioning, symbols, noise, temperature });
  const indices: number[] = [];
  const parts: Float32Array[] = [];
  const most = mostFrames(symbols.length, manifest.stop);
  try {
    for (let ended = false; !ended;) {
      await yieldThread(signal);
      const [batch] = await backend.advance([handle], CHUNK_FRAMES);
      const [samples] = await backend.decode([handle]);
      if (batch === undefined || samples === undefined || indices.length > most)
        throw runaway(indices.length);
      indices.push(...batch.symbolIndices);
      parts.push(samples);
      ended = batch.ended !== undefined;
    }
  } finally {
    await backend.close(handle);
  }
  return {
    symbols,
    frames: indices.length,
    symbolIndices: Int32Array.from(indices),
    spans: symbolTimes(indices),
    samples: joinFloats(parts),
  };
}

function runaway(frames: number): BackendError {
  return new BackendError(`The backend does not end a sentence after ${frames} frames. Report this bug.`);
}
