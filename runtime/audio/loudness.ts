/** How loud a sound is to a listener: ITU-R BS.1770-5, Annex 1, for one channel. */

/** Output n = b . inputs n, n-1, n-2 - a . outputs n-1, n-2. */
interface Biquad {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

/** Blocks of 400 ms whose power is taken together start 100 ms apart. */
const HOP_SECONDS = 0.1;
const HOPS_IN_BLOCK = 4;

/** Quieter blocks count as silence. */
const ABSOLUTE_GATE = -70;

/** Blocks this far below the mean of the others count as pauses. */
const RELATIVE_GATE = -10;

/** Makes the loudness of a full-scale sine of 997 Hz -3.01 LUFS. */
const OFFSET = -0.691;

/** Measures one mono sound while it is made. */
export interface LoudnessMeter {
  push(samples: Float32Array): void;
  /** Integrated loudness so far in LUFS; -Infinity for silence, and before 400 ms. */
  readonly loudness: number;
  /** How much of the sound was loud enough to count. */
  readonly seconds: number;
}

export function createLoudnessMeter(sampleRateHz: number): LoudnessMeter {
  const shelf = createFilter(headShelf(sampleRateHz));
  const pass = createFilter(highPass(sampleRateHz));
  const hop = Math.round(HOP_SECONDS * sampleRateHz);
  const hops: number[] = []; // mean squares of the last few, the one being filled last
  const audible: number[] = []; // mean squares of blocks over the absolute gate
  let squares = 0;
  let filled = 0;

  function endHop(): void {
    hops.push(squares / hop);
    [squares, filled] = [0, 0];
    if (hops.length < HOPS_IN_BLOCK) return;
    const power = mean(hops);
    if (loudnessOf(power) > ABSOLUTE_GATE) audible.push(power);
    hops.shift();
  }

  function counted(): number[] {
    const gate = loudnessOf(mean(audible)) + RELATIVE_GATE;
    return audible.filter((power) => loudnessOf(power) > gate);
  }

  return {
    push(samples) {
      for (const sample of samples) {
        squares += pass(shelf(sample)) ** 2;
        filled += 1;
        if (filled === hop) endHop();
      }
    },
    get loudness() {
      return loudnessOf(mean(counted()));
    },
    get seconds() {
      return counted().length * HOP_SECONDS;
    },
  };
}

/** Loudness in LUFS of the whole of a mono sound; -Infinity for silence, and for less than 400 ms. */
export function integratedLoudness(samples: Float32Array, sampleRateHz: number): number {
  const meter = createLoudnessMeter(sampleRateHz);
  meter.push(samples);
  return meter.loudness;
}

/**
 * The first filter of the K-weighting, for the head. The standard gives coefficients for 48 kHz; these are their analog
 * filters at any rate, by the bilinear transform.
 */
export function headShelf(sampleRateHz: number): Biquad {
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRateHz);
  const { q, scale, a } = poles(k, 0.7071752369554196);
  return {
    b: [(high + band * q + k * k) / scale, (2 * (k * k - high)) / scale, (high - band * q + k * k) / scale],
    a,
  };
}

/** The second one, for what is too low to be loud. */
export function highPass(sampleRateHz: number): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRateHz);
  return { b: [1, -2, 1], a: poles(k, 0.5003270373238773).a };
}

function poles(k: number, quality: number): { q: number; scale: number; a: readonly [number, number] } {
  const q = k / quality;
  const scale = 1 + q + k * k;
  return { q, scale, a: [(2 * (k * k - 1)) / scale, (1 - q + k * k) / scale] };
}

/** Filters sample after sample (transposed direct form II). */
function createFilter({ b: [b0, b1, b2], a: [a1, a2] }: Biquad): (input: number) => number {
  let first = 0;
  let second = 0;
  return (input) => {
    const output = b0 * input + first;
    first = b1 * input - a1 * output + second;
    second = b2 * input - a2 * output;
    return output;
  };
}

function loudnessOf(power: number): number {
  return OFFSET + 10 * Math.log10(power);
}

/** 0 for none. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
