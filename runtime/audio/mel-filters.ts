function toMel(hertz: number): number {
  return 2595 * Math.log10(1 + hertz / 700);
}

/** [bands, fftSize / 2 + 1] triangular filters up to half the sample rate, HTK mel scale (weights/recipe/spectral.py). */
export function melFilters(fftSize: number, bands: number, sampleRateHz: number): Float32Array {
  const bins = fftSize / 2 + 1;
  const topMel = toMel(sampleRateHz / 2);
  const edge = (index: number) => 700 * (10 ** ((index * topMel) / (bands + 1) / 2595) - 1);
  const filters = new Float32Array(bands * bins);
  for (let band = 0; band < bands; band++) {
    const [low, middle, high] = [edge(band), edge(band + 1), edge(band + 2)];
    for (let bin = 0; bin < bins; bin++) {
      const hertz = (bin * sampleRateHz) / fftSize;
      const rising = (hertz - low) / (middle - low);
      const falling = (high - hertz) / (high - middle);
      filters[band * bins + bin] = Math.max(0, Math.min(rising, falling));
    }
  }
  return filters;
}
