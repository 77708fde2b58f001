import type { SpeechChunk } from "../../runtime/speech/speak.ts";
import type { VoiceRecord } from "../../runtime/voice/voice-record.ts";
import { joinFloats } from "../../runtime/join.ts";
import type { VoiceSink } from "../voice-output.ts";

/** A word and when it is said, in seconds of the line. */
export interface PreviewWord {
  readonly text: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** What a line took to make. */
export interface LineCost {
  /** From the wish to speak to the first chunk with sound. */
  readonly firstSoundMs: number;
  /** Waiting for the model, all chunks together. */
  readonly computeMs: number;
  readonly audioSeconds: number;
  /** Seconds of sound made in a second. */
  readonly timesRealTime: number;
  /** Of `computeMs` in each frame of a game with 60 of them a second, spread over the time the line is heard. */
  readonly frameMs: number;
}

const FRAMES_PER_SECOND = 60;

/** A line that was asked for. */
export interface PreviewLine {
  readonly text: string;
  /** Who says it. */
  readonly voice: VoiceRecord;
  readonly state: "computing" | "computed" | "stopped" | "failed";
  /** All so far, mono. */
  readonly samples: Float32Array;
  readonly words: readonly PreviewWord[];
  readonly cost: LineCost;
  /** Why it failed: an error of runtime/errors.ts, or RangeError. */
  readonly error?: Error;
}

export interface LineRun {
  readonly chunks: AsyncIterable<SpeechChunk>;
  readonly text: string;
  readonly voice: VoiceRecord;
  readonly sampleRateHz: number;
  /** Milliseconds that only grow. */
  readonly clock: () => number;
  /** Where it is heard; undefined for nowhere. */
  readonly sink: VoiceSink | undefined;
  readonly signal: AbortSignal;
  /** Told of every chunk with sound before it is heard. */
  readonly onSound: (samples: Float32Array) => void;
  /** Told at the start and at every chunk. */
  readonly onProgress: (line: PreviewLine) => void;
}

/** Runs a line to its end and gives every chunk to the sink at once. Never rejects: what went wrong is on the line. */
export async function runLine(run: LineRun): Promise<PreviewLine> {
  const { chunks, text, voice, sampleRateHz, clock, sink, signal, onSound, onProgress } = run;
  const startMs = clock();
  const parts: Float32Array[] = [];
  const words: PreviewWord[] = [];
  let firstSoundMs = 0;
  const line = (state: PreviewLine["state"], error?: Error): PreviewLine => {
    const samples = joinFloats(parts);
    const audioSeconds = samples.length / sampleRateHz;
    const computeMs = clock() - startMs;
    const timesRealTime = computeMs > 0 ? (audioSeconds * 1000) / computeMs : 0;
    const frameMs = audioSeconds > 0 ? computeMs / (audioSeconds * FRAMES_PER_SECOND) : 0;
    const cost = { firstSoundMs, computeMs, audioSeconds, timesRealTime, frameMs };
    return { text, voice, state, samples, words: [...words], cost, ...(error && { error }) };
  };
  onProgress(line("computing"));
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      if (parts.length === 0 && chunk.samples.length > 0) firstSoundMs = clock() - startMs;
      parts.push(chunk.samples);
      addWords(words, chunk);
      if (chunk.samples.length > 0) {
        onSound(chunk.samples);
        sink?.write(chunk.samples);
      }
      onProgress(line("computing"));
    }
    sink?.end();
    return line("computed");
  } catch (thrown) {
    sink?.stop();
    if (signal.aborted) return line("stopped");
    return line("failed", thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown }));
  }
}

/** A word is open (its end is its start) until its end is known. */
function addWords(words: PreviewWord[], { events }: SpeechChunk): void {
  for (const event of events) {
    if (event.kind === "word") {
      words.push({ text: event.text, startSeconds: event.timeSeconds, endSeconds: event.timeSeconds });
    }
    const last = words.at(-1);
    if (event.kind === "wordEnd" && last !== undefined)
      words[words.length - 1] = { ...last, endSeconds: event.timeSeconds };
  }
}
