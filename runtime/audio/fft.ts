/**
 * Fourier transform in place of `real` + i * `imaginary`, both of a length that is a power of 2: iterative, radix 2.
 * Source: Cooley and Tukey, "An Algorithm for the Machine Calculation of Complex Fourier Series", 1965.
 */
export function fft(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  reverseBits(real);
  reverseBits(imaginary);
  for (let half = 1; half < size; half *= 2) {
    for (let offset = 0; offset < half; offset++) {
      const angle = (-Math.PI * offset) / half;
      const cosine = Math.cos(angle);
      const sine = Math.sin(angle);
      for (let even = offset; even < size; even += 2 * half) {
        const odd = even + half;
        const x = (real[odd] ?? 0) * cosine - (imaginary[odd] ?? 0) * sine;
        const y = (real[odd] ?? 0) * sine + (imaginary[odd] ?? 0) * cosine;
        real[odd] = (real[even] ?? 0) - x;
        imaginary[odd] = (imaginary[even] ?? 0) - y;
        real[even] = (real[even] ?? 0) + x;
        imaginary[even] = (imaginary[even] ?? 0) + y;
      }
    }
  }
}

/** Swaps each value with that of the index whose bits are the other way round. */
function reverseBits(values: Float64Array): void {
  for (let i = 0, j = 0; i < values.length; i++) {
    if (i < j) [values[i], values[j]] = [values[j] ?? 0, values[i] ?? 0];
    let bit = values.length >> 1;
    while (bit > 0 && (j & bit) !== 0) {
      j ^= bit;
      bit >>= 1;
    }
    j |= bit;
  }
}
