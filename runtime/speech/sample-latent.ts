/**
 * The next latent [D]: mean + sqrt(temperature) * e^logScale * noise, f32.
 * @param noise [D] N(0, 1) values of this frame
 */
export function sampleLatent(
  mean: Float32Array,
  logScale: Float32Array,
  temperature: number,
  noise: Float32Array,
): Float32Array {
  const width = Math.sqrt(temperature);
  return mean.map((center, dim) => center + width * Math.exp(logScale[dim] ?? 0) * (noise[dim] ?? 0));
}
