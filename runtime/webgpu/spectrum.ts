/** Windowed Fourier transforms of recordings in kernels, and the tables they need (weights/recipe/dft.py, graphs.py). */
import type { Gpu } from "./gpu.ts";
import { createConv1d, createSizes, createVectors, type Layer } from "./layers.ts";
import type { Matrix } from "./tensors.ts";

/** Rows are filled up with zeros to this multiple, as the matrix kernels need it. */
const ROW_MULTIPLE = 4;

/** 0.5 - 0.5 cos(2 pi n / size), n < size. */
export function hannWindow(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size));
}

/** A wave at k / size turns, k < size. Angles are rounded to f32, as the recipe's are: it shows where a spectrum is faint. */
export function turnTable(size: number, wave: (angle: number) => number): Float32Array {
  const step = Math.fround((2 * Math.PI) / size);
  return Float32Array.from({ length: size }, (_, k) => wave(Math.fround(k * step)));
}

/** Numbers in a row of magnitudes of a transform of this size. */
export function magnitudeWidth(fftSize: number): number {
  return Math.ceil((fftSize / 2 + 1) / ROW_MULTIPLE) * ROW_MULTIPLE;
}

/** [rows, width] of [rows, columns], filled up with zeros, as a matrix of f32. */
export function createPaddedMatrix(
  gpu: Gpu,
  name: string,
  values: Float32Array,
  columns: number,
  width: number,
): Matrix {
  const rows = values.length / columns;
  const padded = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    padded.set(values.subarray(row * columns, (row + 1) * columns), row * width);
  }
  return { buffer: createVectors(gpu, name, padded), type: "f32" };
}

/** Matrix [2 * bins, size] of the windowed one-sided transform: rows of the real parts, then of the imaginary parts. */
export function createFourierMatrix(gpu: Gpu, size: number): Matrix {
  const bins = size / 2 + 1;
  const window = hannWindow(size);
  const cosine = turnTable(size, Math.cos);
  const minusSine = turnTable(size, (angle) => -Math.sin(angle));
  const values = new Float32Array(2 * bins * size);
  [cosine, minusSine].forEach((wave, part) => {
    for (let bin = 0; bin < bins; bin++) {
      const row = (part * bins + bin) * size;
      for (let n = 0; n < size; n++) values[row + n] = (wave[(n * bin) % size] ?? 0) * (window[n] ?? 0);
    }
  });
  return { buffer: createVectors(gpu, `Fourier matrix ${size}`, values), type: "f32" };
}

export interface MagnitudeSizes {
  readonly fftSize: number;
  readonly hopSize: number;
  /** Frames of a latent, or 1 when the window counts frames. */
  readonly rate: number;
  readonly isLog: boolean;
}

/**
 * Samples, as whole hops, -> magnitudes [frames, magnitudeWidth(fftSize)] or their logarithms. Frame t begins at hop t.
 * @param frames of the whole clip
 */
export async function createMagnitudes(
  gpu: Gpu,
  { fftSize, hopSize, rate, isLog }: MagnitudeSizes,
  frames: number,
  {
    window,
    samples,
    fourier,
    result,
  }: Record<"window" | "samples" | "result", GPUBuffer> & { readonly fourier: Matrix },
): Promise<Layer[]> {
  const bins = fftSize / 2 + 1;
  const width = magnitudeWidth(fftSize);
  const taps = fftSize / hopSize;
  const spectrum = gpu.buffer("spectrum", frames * 2 * bins * 4);
  const transform = await createConv1d(
    gpu,
    "spectrum",
    { channels: hopSize, outputs: 2 * bins, rate, taps, sourceRing: frames + taps - 1 },
    {
      window,
      weights: fourier,
      vectors: createVectors(gpu, "no bias", new Float32Array(2 * bins)),
      source: samples,
      result: spectrum,
    },
  );
  const kernel = await gpu.kernel("magnitude");
  const sizes = createSizes(gpu, "magnitude", [bins, width, isLog ? 1 : 0]);
  const bindings = gpu.bind(kernel, [sizes, spectrum, result]);
  const magnitude: Layer = () => ({
    label: "magnitude",
    kernel,
    bindings,
    workgroups: [Math.ceil(width / 64), frames, 1],
    flops: 8 * frames * bins,
    bytes: 12 * frames * bins,
  });
  return [transform, magnitude];
}
