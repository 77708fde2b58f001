import { AudioInputError } from "../errors.ts";
import { resampleAll } from "./resample.ts";

/** A recording as it was made: one array per channel, full scale at -1 and 1. */
export interface Recording {
  readonly sampleRateHz: number;
  readonly channels: readonly Float32Array[];
}

/** A recording made fit for the speaker encoder. */
export interface Reference {
  /** Mono, 16 kHz, at the level of the training data. */
  readonly samples: Float32Array;
  /** What may make the voice less alike, one sentence each; empty for a good recording. */
  readonly warnings: readonly string[];
}

export const REFERENCE_RATE_HZ = 16_000;
const SHORTEST_SECONDS = 1;
/** A speaker latent hardly changes after this much speech; more would only cost memory. */
const LONGEST_SECONDS = 30;
const SILENCE_DBFS = -50;
/** Full scale, with room for one step of 8 bit audio. */
const FULL_SCALE = 0.99;
/** A single peak may touch full scale; this many in a row are a flattened one. */
const CLIPPED_RUN_SAMPLES = 3;
const MOST_CLIPPED = 0.01;
const TARGET_DBFS = -26;
const HIGHEST_PEAK = 0.95;

/**
 * Checks a recording of a voice and turns it into what the speaker encoder was trained on.
 * @throws AudioInputError when it is shorter than 1 s, silent, clipped, or has samples that are not numbers
 */
export function checkReference(recording: Recording): Reference {
  const { sampleRateHz } = recording;
  const seconds = (recording.channels[0]?.length ?? 0) / sampleRateHz;
  const channels = recording.channels.map((channel) => channel.subarray(0, LONGEST_SECONDS * sampleRateHz));
  const mono = mixDown(channels);
  refuseShort(seconds);
  refuseNotFinite(mono);
  refuseSilent(mono);
  refuseClipped(channels);
  const samples = resampleAll(mono, sampleRateHz, REFERENCE_RATE_HZ);
  return { samples: normaliseLevel(samples), warnings: warningsFor(sampleRateHz, seconds) };
}

function refuseShort(seconds: number): void {
  if (seconds >= SHORTEST_SECONDS) return;
  throw new AudioInputError(
    `the reference is ${seconds.toFixed(2)} s long; at least ${SHORTEST_SECONDS} s is needed: ` +
      `record 5 to 30 s of speech`,
  );
}

function refuseNotFinite(samples: Float32Array): void {
  if (samples.every(Number.isFinite)) return;
  throw new AudioInputError("the reference has samples that are not numbers: export it again as 16 bit PCM");
}

function refuseSilent(samples: Float32Array): void {
  const level = Math.min(decibels(peak(samples)), decibels(rms(samples)));
  if (level >= SILENCE_DBFS) return;
  const heard = Number.isFinite(level) ? `${level.toFixed(0)} dBFS` : "digital silence";
  throw new AudioInputError(
    `the reference is silent (${heard}); at least ${SILENCE_DBFS} dBFS is needed: check the microphone and record again`,
  );
}

function refuseClipped(channels: readonly Float32Array[]): void {
  const clipped = Math.max(...channels.map(clippedShare));
  if (clipped <= MOST_CLIPPED) return;
  throw new AudioInputError(
    `the reference is clipped (${(clipped * 100).toFixed(1)} % of its samples at full scale); at most ` +
      `${MOST_CLIPPED * 100} % is allowed: lower the recording level and record again`,
  );
}

/** Share of the samples that stand in a run at full scale, same sign. */
function clippedShare(samples: Float32Array): number {
  let clipped = 0;
  let run = 0;
  let runSide = 0;
  for (const sample of samples) {
    const side = Math.abs(sample) >= FULL_SCALE ? Math.sign(sample) : 0;
    run = side !== 0 && side === runSide ? run + 1 : Math.abs(side);
    runSide = side;
    if (run === CLIPPED_RUN_SAMPLES) clipped += run;
    else if (run > CLIPPED_RUN_SAMPLES) clipped += 1;
  }
  return samples.length === 0 ? 0 : clipped / samples.length;
}

function warningsFor(sampleRateHz: number, seconds: number): string[] {
  const warnings: string[] = [];
  if (sampleRateHz < REFERENCE_RATE_HZ) {
    warnings.push(
      `the reference is narrow band (${sampleRateHz} Hz): the voice may be less alike; 16000 Hz or more is better`,
    );
  }
  if (seconds > LONGEST_SECONDS) {
    warnings.push(
      `the reference is ${seconds.toFixed(0)} s long: only its first ${LONGEST_SECONDS} s are used`,
    );
  }
  return warnings;
}

function mixDown(channels: readonly Float32Array[]): Float32Array {
  const first = channels[0] ?? new Float32Array(0);
  if (channels.length === 1) return first;
  return first.map((_, i) => channels.reduce((sum, channel) => sum + (channel[i] ?? 0), 0) / channels.length);
}

/** At the level of the training data, as far as the highest peak allows; digital silence stays as it is. */
export function normaliseLevel(samples: Float32Array): Float32Array {
  const highest = peak(samples);
  if (highest === 0) return samples.slice();
  const gain = Math.min(10 ** (TARGET_DBFS / 20) / rms(samples), HIGHEST_PEAK / highest);
  return samples.map((sample) => sample * gain);
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
}

function peak(samples: Float32Array): number {
  return samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
}

function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}
