/** A sine of amplitude 0.5. */
export function tone(hz: number, sampleRateHz: number, seconds: number): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRateHz) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / sampleRateHz),
  );
}

/** Repeatable noise from -1 to 1 (a linear congruential generator). */
export function noise(length: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A vowel-like buzz: the first harmonics of a pitch that glides by a fifth, each weaker than the last. */
export function glidingVoice(hz: number, sampleRateHz: number, seconds: number): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: Math.round(seconds * sampleRateHz) }, (_, i) => {
    phase += (2 * Math.PI * hz * (1 + (0.5 * i) / (seconds * sampleRateHz))) / sampleRateHz;
    return [1, 2, 3, 4, 5, 6].reduce(
      (sum, harmonic) => sum + (0.25 * Math.sin(harmonic * phase)) / harmonic,
      0,
    );
  });
}

/** Amplitude of one frequency in the Hann-windowed middle half of a signal. */
export function amplitudeAt(samples: Float32Array, hz: number, sampleRateHz: number): number {
  const first = Math.floor(samples.length / 4);
  const length = Math.floor(samples.length / 2);
  let real = 0;
  let imaginary = 0;
  for (let i = 0; i < length; i += 1) {
    const window = (1 - Math.cos((2 * Math.PI * i) / length)) / length;
    const angle = (2 * Math.PI * hz * (first + i)) / sampleRateHz;
    real += window * (samples[first + i] ?? 0) * Math.cos(angle) * 2;
    imaginary += window * (samples[first + i] ?? 0) * Math.sin(angle) * 2;
  }
  return Math.hypot(real, imaginary);
}

/** Cuts a signal into pieces of pseudo-random length, empty ones included. */
export function cutAtRandom(samples: Float32Array, longest: number, seed: number): Float32Array[] {
  const pieces: Float32Array[] = [];
  const lengths = noise(samples.length, seed);
  for (let start = 0, i = 0; start < samples.length; i += 1) {
    const length = Math.floor(((lengths[i] ?? 0) + 1) * 0.5 * (longest + 1));
    pieces.push(samples.subarray(start, start + length));
    start += length;
  }
  return pieces;
}

/** Everything a streaming converter makes of some pieces. */
export function runPieces(
  converter: { push(samples: Float32Array): Float32Array; flush(): Float32Array },
  pieces: readonly Float32Array[],
): Float32Array {
  const outputs = [...pieces.map((piece) => converter.push(piece)), converter.flush()];
  return Float32Array.from(outputs.flatMap((output) => [...output]));
}

/** The largest step between neighbouring samples. */
export function largestJump(samples: Float32Array): number {
  return samples.reduce(
    (most, sample, i) => Math.max(most, Math.abs(sample - (samples[i - 1] ?? sample))),
    0,
  );
}
