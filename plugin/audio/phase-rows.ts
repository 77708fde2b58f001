import { createResampler } from "../../runtime/speech/resample.ts";
import type { PhaseRows } from "./player-messages.ts";

/** Inputs on each side of an output that the runtime's resampler weighs when the rate does not fall. */
const REACH = 48;

/** Impulses stand this far apart: no output sees two of them, and, as a prime, they fall on every phase. */
const IMPULSE_SPACING = 2 * REACH + 1;

/**
 * Coefficients of the runtime's resampler, read off its impulse responses, so that there is one filter design.
 * @param fromHz not above `toHz`
 * @throws RangeError when a rate is not a positive whole number, or the rate falls
 */
export function createPhaseRows(fromHz: number, toHz: number): PhaseRows {
  if (fromHz > toHz) {
    throw new RangeError(
      `The audio context runs at ${toHz} Hz; allowed: at least the model's ${fromHz} Hz. Create the context without a sampleRate.`,
    );
  }
  const resampler = createResampler(fromHz, toHz);
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const step = fromHz / divisor;
  const phases = toHz / divisor;
  const taps = 2 * REACH;
  if (phases === 1) return { step, phases, taps, rows: impulse(taps, REACH - 1) };
  const rows = new Float32Array(phases * taps);
  const response = resampler.push(impulseTrain(step)); // every frame that sees an impulse is settled by now
  response.forEach((value, frame) => {
    const first = Math.floor((frame * step) / phases) - REACH + 1;
    const nearest = Math.max(0, Math.ceil((first - REACH) / IMPULSE_SPACING));
    const tap = REACH + nearest * IMPULSE_SPACING - first;
    if (tap < taps && nearest < step) rows[((frame * step) % phases) * taps + tap] = value;
  });
  return { step, phases, taps, rows };
}

function impulse(length: number, place: number): Float32Array {
  const signal = new Float32Array(length);
  signal[place] = 1;
  return signal;
}

/** One impulse for each residue of its place modulo `step`, with room for the filter before and after. */
function impulseTrain(step: number): Float32Array {
  const train = new Float32Array((step + 1) * IMPULSE_SPACING);
  for (let i = 0; i < step; i += 1) train[REACH + i * IMPULSE_SPACING] = 1;
  return train;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
