import { fft } from "../../runtime/audio/fft.ts";

/** Samples of a window, a power of 2: at 16 kHz 32 ms, which shows harmonics. */
const WINDOW = 512;

/** Samples between windows. */
const HOP = 128;

/** The floor, for silence. */
const LEAST_DECIBELS = -100;

export interface Spectrogram {
  /** Windows in time; window n is centered at sample n * `hop`. */
  readonly columns: number;
  /** Frequencies from 0 to half the sample rate, evenly. */
  readonly bins: number;
  readonly hop: number;
  /** [columns, bins] level; a sine of amplitude 1 has 0 dB. */
  readonly decibels: Float32Array;
}

/** The short-time spectrum of mono PCM. */
export function spectrogramOf(samples: Float32Array): Spectrogram {
  const columns = samples.length === 0 ? 0 : Math.floor(samples.length / HOP) + 1;
  const bins = WINDOW / 2 + 1;
  const decibels = new Float32Array(columns * bins);
  const real = new Float64Array(WINDOW);
  const imaginary = new Float64Array(WINDOW);
  for (let column = 0; column < columns; column++) {
    const start = column * HOP - WINDOW / 2;
    HANN.forEach((weight, n) => (real[n] = weight * (samples[start + n] ?? 0)));
    imaginary.fill(0);
    fft(real, imaginary);
    for (let bin = 0; bin < bins; bin++) {
      const amplitude = Math.hypot(real[bin] ?? 0, imaginary[bin] ?? 0) * FULL_SCALE;
      decibels[column * bins + bin] = Math.max(LEAST_DECIBELS, 20 * Math.log10(amplitude));
    }
  }
  return { columns, bins, hop: HOP, decibels };
}

const HANN = Float64Array.from(
  { length: WINDOW },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / WINDOW),
);

/** A sine is two lines of half its amplitude, and the window's mean is a half. */
const FULL_SCALE = 4 / WINDOW;
