import { fft } from "./fft.ts";
import { melFilters } from "./mel-filters.ts";

/** Samples of a window, a power of 2: 32 ms at 16 kHz. */
const WINDOW = 512;
const BINS = WINDOW / 2 + 1;
const MELS = 32;

/** Numbers that describe a window: cepstral coefficients 1 to 12. */
export const CEPSTRUM_SIZE = 12;

const HANN = Float64Array.from(
  { length: WINDOW },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (n + 0.5)) / WINDOW),
);

/** A window of sound: its loudness and the shape of its spectrum. */
export interface MelCepstra {
  readonly windows: number;
  /** [windows] natural logarithm of the energy. */
  readonly energy: Float32Array;
  /** [windows, CEPSTRUM_SIZE] */
  readonly shape: Float32Array;
}

/**
 * Mel cepstra of mono sound, one window every `hop` samples; window n is centred at sample (n + 0.5) * hop.
 * Source: Davis and Mermelstein, "Comparison of Parametric Representations for Monosyllabic Word Recognition", 1980.
 */
export function melCepstraOf(samples: Float32Array, sampleRateHz: number, hop: number): MelCepstra {
  const windows = Math.floor(samples.length / hop);
  const energy = new Float32Array(windows);
  const shape = new Float32Array(windows * CEPSTRUM_SIZE);
  const filters = melFilters(WINDOW, MELS, sampleRateHz);
  const levels = new Float64Array(MELS);
  for (let window = 0; window < windows; window++) {
    const power = powerAt(samples, Math.round((window + 0.5) * hop));
    let sum = QUIETEST;
    for (let band = 0; band < MELS; band++) {
      const heard = dot(filters, band * BINS, power);
      levels[band] = Math.log(heard + QUIETEST);
      sum += heard;
    }
    energy[window] = Math.log(sum);
    for (let k = 0; k < CEPSTRUM_SIZE; k++)
      shape[window * CEPSTRUM_SIZE + k] = dot(COSINES, k * MELS, levels);
  }
  return { windows, energy, shape };
}

/** [BINS] power spectrum of the window centred at a sample; sound beyond either end is silence. */
function powerAt(samples: Float32Array, centre: number): Float64Array {
  const start = centre - WINDOW / 2;
  const real = HANN.map((weight, n) => weight * (samples[start + n] ?? 0));
  const imaginary = new Float64Array(WINDOW);
  fft(real, imaginary);
  return real.subarray(0, BINS).map((re, bin) => re ** 2 + (imaginary[bin] ?? 0) ** 2);
}

/** `row` . the values of `table` from `offset`. */
function dot(table: Float32Array | Float64Array, offset: number, row: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (table[offset + i] ?? 0) * (row[i] ?? 0);
  return sum;
}

/**
 * Power of a band below which it counts as silent, about 20 dB below that of speech at the level of the training data:
 * what lies under it is the room.
 */
const QUIETEST = 5e-3;

/** [CEPSTRUM_SIZE, MELS] orthonormal cosine transform (type II) without its constant row. */
const COSINES = Float64Array.from({ length: CEPSTRUM_SIZE * MELS }, (_, index) => {
  const k = Math.floor(index / MELS) + 1;
  return Math.sqrt(2 / MELS) * Math.cos((Math.PI * k * ((index % MELS) + 0.5)) / MELS);
});
