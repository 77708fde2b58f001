/**
 * Voices that are equally loud: each is measured while it speaks, and played at the gain that brings it to the target. Its
 * sound comes ahead of the listener, so most of a first line is played at about the right gain already.
 */
import { createLoudnessMeter, type LoudnessMeter } from "../runtime/audio/loudness.ts";

/** In LUFS: about as loud as the model speaks, so that most gains are near 1. */
export const VOICE_LOUDNESS = -27;

export interface VoiceLoudness {
  /** Takes in what a voice says, as the model made it. */
  hear(voice: string, samples: Float32Array): void;
  /** Linear; 1 for a voice that was not heard yet. */
  gainOf(voice: string): number;
}

/**
 * Lines of a voice differ by 0.36 dB (one deviation), voices of seeds by 0.54 dB: what is heard counts as much as what is
 * known beforehand after so many seconds of speech.
 */
const PRIOR_SECONDS = 1.3;

/** A voice is known well enough then, and is not measured any more. */
const MOST_SECONDS = 30;

/** In dB. A learned voice may be far off, but what is near silence stays so. */
const LARGEST_GAIN = 12;

/** Voices that are remembered; the one measured first is forgotten. */
const MOST_KEPT = 1024;

interface Measured {
  readonly meter: LoudnessMeter;
  gain: number;
}

/**
 * @param target in LUFS
 * @throws RangeError when it is not from -70 to 0
 */
export function createVoiceLoudness(sampleRateHz: number, target: number): VoiceLoudness {
  if (!(target >= -70 && target <= 0)) {
    throw new RangeError(
      `loudness is ${target}; allowed: -70 to 0 LUFS, for example ${VOICE_LOUDNESS}, or "as spoken".`,
    );
  }
  const known = new Map<string, Measured>();
  return {
    hear(voice, samples) {
      const measured = known.get(voice) ?? { meter: createLoudnessMeter(sampleRateHz), gain: 1 };
      const { meter } = measured;
      known.set(voice, measured);
      if (meter.seconds >= MOST_SECONDS) return;
      meter.push(samples);
      measured.gain = gainTowards(target, meter);
      const [oldest] = known.keys();
      if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
    },
    gainOf: (voice) => known.get(voice)?.gain ?? 1,
  };
}

function gainTowards(target: number, { loudness, seconds }: LoudnessMeter): number {
  if (seconds === 0) return 1;
  const decibels = ((target - loudness) * seconds) / (seconds + PRIOR_SECONDS);
  return 10 ** (Math.min(LARGEST_GAIN, Math.max(-LARGEST_GAIN, decibels)) / 20);
}
