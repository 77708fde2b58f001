/**
 * Where voices are heard. The systems of the plugin know only these interfaces: in a game they are AudioWorklets behind
 * Babylon sound sources (babylon/), in tests they record.
 */

/** The mouth of one speaker, for the time of one line. */
export interface VoiceSink {
  /** Appends mono PCM at the model's sample rate, about -1..1. The sink keeps the array. */
  write(samples: Float32Array): void;
  /** Nothing more will be written; what was written plays out. */
  end(): void;
  /** Fades out and forgets the rest. Defaults to 5 ms. */
  stop(fadeMs?: number): void;
  /** Linear gain, reached over `rampMs` (default 20). */
  setGain(gain: number, rampMs?: number): void;
  /** Samples of the line heard so far, at the model's rate, by the audio clock. */
  readonly playedSamples: number;
  /** Samples written and not yet heard. */
  readonly bufferedSamples: number;
  /** Times the sink ran dry before `end`. */
  readonly underruns: number;
  /** True when everything written before `end` was heard, or `stop` has faded out. */
  readonly done: boolean;
  /** Gives the sink back. The line is over for it. */
  release(): void;
}

export interface SinkOptions {
  /** Linear. */
  readonly gain: number;
  /** Name of an effect, such as "radio". Defaults to none; an output may know none. */
  readonly effect?: string;
}

export interface VoiceOutput {
  /** False while the browser keeps sound locked: lines wait, and no line time passes. */
  readonly running: boolean;
  /** A sink at the mouth of an entity; undefined when all are taken (the line is then timed but silent). */
  open(eid: number, options: SinkOptions): VoiceSink | undefined;
  /** Distance from listener to the entity's mouth, in scene units; 0 when it has no place. */
  distanceTo(eid: number): number;
  dispose(): void;
}
