import { createPhaseRows, type PhaseRows } from "../../runtime/speech/resample.ts";

/** Inputs that an output of equal rates is weighed from; all but one have no weight. */
const EQUAL_RATE_TAPS = 2;

/**
 * The filter of a player: that of the runtime's resampler, which passes equal rates through untouched.
 * @throws RangeError when a rate is not a positive whole number, or the rate falls
 */
export function playerRows(sampleRateHz: number, contextRateHz: number): PhaseRows {
  if (sampleRateHz > contextRateHz) {
    throw new RangeError(
      `The audio context runs at ${contextRateHz} Hz; allowed: at least the model's ${sampleRateHz} Hz. Create the context without a sampleRate.`,
    );
  }
  if (sampleRateHz === contextRateHz)
    return { step: 1, phases: 1, taps: EQUAL_RATE_TAPS, rows: Float32Array.of(1, 0) };
  return createPhaseRows(sampleRateHz, contextRateHz);
}
