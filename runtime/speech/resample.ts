/**
 * Band-limited sample rate conversion by a polyphase windowed sinc.
 *
 * For fromHz : toHz = M : L in lowest terms, output n lies at input position n * M / L. Its integer part says which
 * input samples are under the filter, its remainder (of L) picks one of L coefficient rows. Each output is one dot
 * product over absolute input positions, so how the input was cut into pushes cannot change it.
 */

/** A stateful converter of one mono stream. */
export interface Resampler {
  /** Takes the next input samples; returns every output sample that is settled by now. */
  push(samples: Float32Array): Float32Array;
  /** Ends the stream: returns what is left, ceil(inputs * toHz / fromHz) outputs in total. Push nothing after it. */
  flush(): Float32Array;
}

/** A polyphase filter for fromHz : toHz = step : phases in lowest terms: `step` inputs pass for every `phases` outputs. */
export interface PhaseRows {
  readonly step: number;
  readonly phases: number;
  /** Coefficients of one row, even. */
  readonly taps: number;
  /** [phases, taps]: row p weighs inputs whole - taps/2 + 1 .. whole + taps/2 of an output at whole + p / phases. */
  readonly rows: Float32Array;
}

/** Zero crossings of the sinc on each side, at the lower of the two rates: 3 ms at 16 kHz. */
const ZERO_CROSSINGS = 48;

/** Aim for aliases and images; above the 60 dB that are promised. */
const STOPBAND_DB = 75;

/** Kaiser's formulas for the window's shape and for the width of the slope that this many taps can make. */
const KAISER_BETA = 0.1102 * (STOPBAND_DB - 8.7);
const SLOPE_WIDTH = (STOPBAND_DB - 8) / (2.285 * 2 * ZERO_CROSSINGS * Math.PI);

/** Middle of the slope in units of the lower Nyquist frequency, so that the stopband begins at that frequency. */
const CUTOFF = 1 - SLOPE_WIDTH / 2;

/** Creates a converter; both rates are positive whole numbers of Hz. Equal rates pass samples through untouched. */
export function createResampler(fromHz: number, toHz: number): Resampler {
  refuseRates(fromHz, toHz);
  if (fromHz === toHz) return { push: (samples) => samples, flush: () => new Float32Array(0) };
  return createPolyphaseResampler(createPhaseRows(fromHz, toHz));
}

/** The whole of a recording at another rate. */
export function resampleAll(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  const resampler = createResampler(fromHz, toHz);
  const body = resampler.push(samples);
  const tail = resampler.flush();
  const all = new Float32Array(body.length + tail.length);
  all.set(body);
  all.set(tail, body.length);
  return all;
}

function createPolyphaseResampler({ step, phases, taps, rows }: PhaseRows): Resampler {
  const half = taps / 2;
  let history = new Float32Array(half - 1); // input from `base` on; silence before the first sample
  let base = 1 - half;
  let received = 0;
  let emitted = 0;

  /** Outputs up to number `end`; their inputs are all in the history. */
  function emit(end: number): Float32Array {
    const output = new Float32Array(Math.max(0, end - emitted));
    for (let i = 0; i < output.length; i += 1, emitted += 1) {
      const position = emitted * step;
      const whole = Math.floor(position / phases);
      output[i] = dotProduct(rows, (position % phases) * taps, history, whole - half + 1 - base, taps);
    }
    const firstNeeded = Math.floor((emitted * step) / phases) - half + 1;
    const passed = Math.min(Math.max(0, firstNeeded - base), history.length);
    history = history.subarray(passed);
    base += passed;
    return output;
  }

  function append(samples: Float32Array): void {
    const joined = new Float32Array(history.length + samples.length);
    joined.set(history);
    joined.set(samples, history.length);
    history = joined;
  }

  return {
    push(samples) {
      append(samples);
      received += samples.length;
      return emit(Math.ceil(((received - half) * phases) / step));
    },
    flush() {
      append(new Float32Array(half));
      return emit(Math.ceil((received * phases) / step));
    },
  };
}

/**
 * The coefficients of a converter between two rates.
 * @throws RangeError when a rate is not a positive whole number
 */
export function createPhaseRows(fromHz: number, toHz: number): PhaseRows {
  refuseRates(fromHz, toHz);
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const [step, phases] = [fromHz / divisor, toHz / divisor];
  const half = Math.ceil(ZERO_CROSSINGS * Math.max(1, step / phases));
  const rows = new Float32Array(phases * 2 * half);
  const cutoff = CUTOFF * Math.min(1, phases / step);
  const windowScale = 1 / besselI0(KAISER_BETA);
  for (let phase = 0; phase < phases; phase += 1) {
    const row = new Float64Array(2 * half);
    for (let tap = 0; tap < row.length; tap += 1) {
      const distance = tap - half + 1 - phase / phases;
      const edge = 1 - (distance / half) ** 2;
      const window = edge > 0 ? besselI0(KAISER_BETA * Math.sqrt(edge)) * windowScale : 0;
      row[tap] = window * sinc(cutoff * distance);
    }
    const sum = row.reduce((total, value) => total + value, 0); // unit gain at 0 Hz for every phase: no ripple
    rows.set(
      row.map((value) => value / sum),
      phase * 2 * half,
    );
  }
  return { step, phases, taps: 2 * half, rows };
}

function dotProduct(
  rows: Float32Array,
  rowStart: number,
  samples: Float32Array,
  start: number,
  taps: number,
): number {
  let sum = 0;
  for (let tap = 0; tap < taps; tap += 1) sum += (rows[rowStart + tap] ?? 0) * (samples[start + tap] ?? 0);
  return sum;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function refuseRates(...rates: readonly number[]): void {
  if (rates.every((hz) => Number.isSafeInteger(hz) && hz > 0)) return;
  throw new RangeError(`sample rates must be positive whole numbers of Hz, not ${rates.join(" and ")}`);
}
