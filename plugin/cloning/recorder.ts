import type { Recording } from "../../runtime/speech/check-reference.ts";
import { joinFloats } from "../../runtime/join.ts";

/** How loud the last samples were. */
export interface RecordingLevel {
  /** Root mean square and highest peak, in dB under full scale; at least -100. */
  readonly rmsDb: number;
  readonly peakDb: number;
}

/** What a microphone has given so far. */
export interface Recorder {
  readonly seconds: number;
  readonly level: RecordingLevel;
  add(samples: Float32Array): void;
  take(): Recording;
}

const SILENCE: RecordingLevel = { rmsDb: -100, peakDb: -100 };

export function createRecorder(sampleRateHz: number): Recorder {
  const blocks: Float32Array[] = [];
  let count = 0;
  let level = SILENCE;
  return {
    get seconds() {
      return count / sampleRateHz;
    },
    get level() {
      return level;
    },
    add(samples) {
      if (samples.length === 0) return;
      blocks.push(samples);
      count += samples.length;
      level = levelOf(samples);
    },
    take: () => ({ sampleRateHz, channels: [joinFloats(blocks)] }),
  };
}

function levelOf(samples: Float32Array): RecordingLevel {
  let [sum, peak] = [0, 0];
  for (const sample of samples) {
    sum += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return { rmsDb: decibels(Math.sqrt(sum / samples.length)), peakDb: decibels(peak) };
}

function decibels(amplitude: number): number {
  return Math.max(SILENCE.rmsDb, 20 * Math.log10(amplitude));
}
