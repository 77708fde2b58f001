import { joinFloats } from "../../runtime/join.ts";
import type { SinkOptions, VoiceOutput, VoiceSink } from "../../plugin/voice-output.ts";

export interface RecordingSink extends VoiceSink {
  readonly eid: number;
  readonly options: SinkOptions;
  /** What was heard, in order. */
  heard(): Float32Array;
  readonly gains: number[];
  stoppedWithMs: number | undefined;
  ended: boolean;
  released: boolean;
}

export interface RecordingOutput extends VoiceOutput {
  running: boolean;
  /** Sinks ever opened. */
  readonly sinks: RecordingSink[];
  /** Sinks that may be open at a time. */
  most: number;
  readonly distances: Map<number, number>;
  /** Lets time pass: what is buffered is heard. */
  play(ms: number): void;
}

/** An output that plays into lists, by a clock that the test moves. */
export function createRecordingOutput(sampleRateHz: number): RecordingOutput {
  const sinks: RecordingSink[] = [];
  const open = () => sinks.filter(({ released }) => !released);
  const players = new Map<VoiceSink, (samples: number) => void>();
  const output: RecordingOutput = {
    running: true,
    sinks,
    most: Infinity,
    distances: new Map(),
    distanceTo: (eid) => output.distances.get(eid) ?? 0,
    open(eid, options) {
      if (open().length >= output.most) return undefined;
      const { sink, play } = createRecordingSink(eid, options);
      sinks.push(sink);
      players.set(sink, play);
      return sink;
    },
    play(ms) {
      if (!output.running) return;
      for (const sink of open()) players.get(sink)?.(Math.round((ms * sampleRateHz) / 1000));
    },
    dispose() {},
  };
  return output;
}

function createRecordingSink(
  eid: number,
  options: SinkOptions,
): { sink: RecordingSink; play: (samples: number) => void } {
  const chunks: Float32Array[] = [];
  let written = 0;
  let played = 0;
  let underruns = 0;
  let isDry = true;
  const sink: RecordingSink = {
    eid,
    options,
    heard: () => joinFloats(chunks).subarray(0, played),
    gains: [],
    stoppedWithMs: undefined,
    ended: false,
    released: false,
    write(samples) {
      if (sink.released || sink.ended) throw new Error(`write to a sink of ${eid} that is over`);
      chunks.push(samples);
      written += samples.length;
      isDry = false;
    },
    end() {
      sink.ended = true;
    },
    stop(fadeMs = 5) {
      sink.stoppedWithMs ??= fadeMs;
    },
    setGain(gain) {
      sink.gains.push(gain);
    },
    get playedSamples() {
      return played;
    },
    get bufferedSamples() {
      return written - played;
    },
    get underruns() {
      return underruns;
    },
    get done() {
      return sink.stoppedWithMs !== undefined || (sink.ended && played === written);
    },
    release() {
      sink.released = true;
    },
  };
  const play = (samples: number) => {
    if (sink.stoppedWithMs !== undefined) return;
    if (played + samples > written && !sink.ended && !isDry) {
      underruns++;
      isDry = true;
    }
    played = Math.min(written, played + samples);
  };
  return { sink, play };
}
