import { AudioInputError } from "../errors.ts";
import {
  checkReference,
  REFERENCE_RATE_HZ,
  type Recording,
  type Reference,
} from "../speech/check-reference.ts";

const SHORTEST_SECONDS = 3;
const LONGEST_SECONDS = 30;
const LEVELS_A_SECOND = 50;
/** Speech has pauses: its quiet blocks are this much below its loud ones; music and steady noise are not. */
const LEAST_CONTRAST_DB = 15;

/**
 * Checks a recording that a voice shall be learned from; stricter than a reference for the speaker encoder.
 * @throws AudioInputError when it is shorter than 3 s or longer than 30 s, silent, clipped, noisy or not speech
 */
export function checkRecording(recording: Recording): Reference {
  refuseLength((recording.channels[0]?.length ?? 0) / recording.sampleRateHz);
  const reference = checkReference(recording);
  refuseNoise(reference.samples);
  return reference;
}

function refuseLength(seconds: number): void {
  if (seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return;
  throw new AudioInputError(
    `the recording is ${seconds.toFixed(1)} s long; ${SHORTEST_SECONDS} to ${LONGEST_SECONDS} s are needed: record a few ` +
      `sentences, about 5 to 10 s`,
  );
}

function refuseNoise(samples: Float32Array): void {
  const contrast = contrastOf(samples);
  if (contrast >= LEAST_CONTRAST_DB) return;
  throw new AudioInputError(
    `the recording is noisy or is not speech: its pauses are only ${contrast.toFixed(0)} dB below the voice, at least ` +
      `${LEAST_CONTRAST_DB} dB are needed: record in a quiet room, without music, close to the microphone`,
  );
}

/** Decibels from the quiet (10 %) to the loud (90 %) blocks of a sound. */
function contrastOf(samples: Float32Array): number {
  const count = Math.floor((samples.length / REFERENCE_RATE_HZ) * LEVELS_A_SECOND);
  const size = Math.floor(samples.length / count);
  const powers = Array.from({ length: count }, (_, i) =>
    samples.subarray(i * size, (i + 1) * size).reduce((sum, sample) => sum + sample * sample, SILENT_POWER),
  ).sort((a, b) => a - b);
  const at = (share: number) => powers[Math.floor(share * (count - 1))] ?? SILENT_POWER;
  return 10 * Math.log10(at(0.9) / at(0.1));
}

const SILENT_POWER = 1e-9;
