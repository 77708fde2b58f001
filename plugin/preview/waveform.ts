/** The least and the greatest sample of each of `columns` even parts: [columns, 2]. Empty parts are 0. */
export function waveformOf(samples: Float32Array, columns: number): Float32Array {
  const extremes = new Float32Array(columns * 2);
  for (let column = 0; column < columns; column++) {
    const start = Math.floor((column * samples.length) / columns);
    const end = Math.floor(((column + 1) * samples.length) / columns);
    for (let n = start; n < end; n++) {
      const sample = samples[n] ?? 0;
      extremes[2 * column] = Math.min(extremes[2 * column] ?? 0, sample);
      extremes[2 * column + 1] = Math.max(extremes[2 * column + 1] ?? 0, sample);
    }
  }
  return extremes;
}
