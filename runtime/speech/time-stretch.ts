/**
 * Speaks faster or slower at the same pitch: WSOLA (waveform similarity overlap-add).
 *
 * The output is made in hops of 15 ms. Each hop fades from the natural continuation of the previous hop to input near
 * the place that the speed asks for; of the candidates within 10 ms of that place the one most alike to the
 * continuation is taken, so pitch periods stay aligned. A hop depends on absolute input positions only, so how the
 * input was cut into pushes cannot change it.
 */
import { joinFloats } from "../join.ts";

/** A stateful stretcher of one mono stream. */
export interface TimeStretcher {
  /** Takes the next input samples; returns every output sample that is settled by now. */
  push(samples: Float32Array): Float32Array;
  /** Ends the stream: returns what is left, round(inputs / speed) outputs in total. Push nothing after it. */
  flush(): Float32Array;
}

export const SPEED_MIN = 0.5;
export const SPEED_MAX = 2;

const HOP_SECONDS = 0.015;
const SEARCH_SECONDS = 0.01;
const SIMILARITY_SECONDS = 0.02;

/** Where an input sample lies in the output. */
export function stretchedSample(sample: number, speed: number): number {
  return Math.round(sample / speed);
}

/** Creates a stretcher; speed 2 halves the duration, speed 1 passes samples through untouched. */
export function createTimeStretcher(speed: number, sampleRateHz: number): TimeStretcher {
  if (!(speed >= SPEED_MIN && speed <= SPEED_MAX)) {
    throw new RangeError(`speed must be from ${SPEED_MIN} to ${SPEED_MAX}, not ${speed}`);
  }
  if (speed === 1) return { push: (samples) => samples, flush: () => new Float32Array(0) };
  return createWsolaStretcher(speed, {
    hop: Math.round(HOP_SECONDS * sampleRateHz),
    search: Math.round(SEARCH_SECONDS * sampleRateHz),
    compared: Math.round(SIMILARITY_SECONDS * sampleRateHz),
  });
}

/** All in samples. */
interface WsolaSizes {
  readonly hop: number;
  /** How far a hop may move from the place the speed asks for, either way. */
  readonly search: number;
  /** Length over which likeness is measured. */
  readonly compared: number;
}

function createWsolaStretcher(speed: number, sizes: WsolaSizes): TimeStretcher {
  const { hop, search, compared } = sizes;
  const reach = Math.max(hop, compared);
  const fadeIn = Float32Array.from(
    { length: hop },
    (_, i) => 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / hop),
  );
  let history = new Float32Array(0); // input from `base` on
  let base = 0;
  let received = 0;
  let hops = 0;
  let continuation = 0; // input position that would follow the previous hop

  /** The next hop, with the history reaching far enough. */
  function nextHop(): Float32Array {
    const asked = Math.round(hops * hop * speed);
    const from = continuation - base;
    const to = mostAlike(history, from, asked - base, sizes);
    const output = new Float32Array(hop);
    for (let i = 0; i < hop; i += 1) {
      const weight = fadeIn[i] ?? 0;
      output[i] = (1 - weight) * (history[from + i] ?? 0) + weight * (history[to + i] ?? 0);
    }
    hops += 1;
    continuation = base + to + hop;
    return output;
  }

  function inputNeeded(): number {
    return Math.max(continuation, Math.round(hops * hop * speed) + search) + reach;
  }

  function dropPassed(): void {
    const firstNeeded = Math.min(continuation, Math.round(hops * hop * speed) - search);
    const passed = Math.min(Math.max(0, firstNeeded - base), history.length);
    history = history.subarray(passed);
    base += passed;
  }

  return {
    push(samples) {
      history = joinFloats([history, samples]);
      received += samples.length;
      const output: Float32Array[] = [];
      while (inputNeeded() <= received) output.push(nextHop());
      dropPassed();
      return joinFloats(output);
    },
    flush() {
      const left = stretchedSample(received, speed) - hops * hop;
      const output: Float32Array[] = [];
      while (output.length * hop < left) output.push(nextHop()); // reads silence past the end
      return joinFloats(output).subarray(0, Math.max(0, left));
    },
  };
}

/** The start near `asked` whose samples are most alike (normalised correlation) to those at `from`; `asked` on a tie. */
function mostAlike(samples: Float32Array, from: number, asked: number, sizes: WsolaSizes): number {
  let best = asked;
  let bestLikeness = likeness(samples, from, asked, sizes.compared);
  for (let start = Math.max(0, asked - sizes.search); start <= asked + sizes.search; start += 1) {
    const candidate = likeness(samples, from, start, sizes.compared);
    if (candidate <= bestLikeness) continue;
    best = start;
    bestLikeness = candidate;
  }
  return best;
}

/** Correlation of two stretches divided by the size of the second; 0 in silence. */
function likeness(samples: Float32Array, a: number, b: number, length: number): number {
  let product = 0;
  let energy = 1e-9;
  for (let i = 0; i < length; i += 1) {
    const value = samples[b + i] ?? 0;
    product += (samples[a + i] ?? 0) * value;
    energy += value * value;
  }
  return product / Math.sqrt(energy);
}
