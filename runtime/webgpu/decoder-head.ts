/** The small model's source-filter head in kernels: features -> samples (weights/recipe/source_filter.py). */
import { BackendError } from "../errors.ts";
import type { DecoderRoom, SourceFilterModel } from "./decoder-trunk.ts";
import type { Gpu } from "./gpu.ts";
import { createVectors, perPlace, type Layer } from "./layers.ts";
import { hannWindow, turnTable } from "./spectrum.ts";
import type { Tensors } from "./tensors.ts";

export interface DecoderHeadRoom extends Pick<DecoderRoom, "slots" | "voiceLatents" | "window"> {
  /** [places of the window, 2 * bins + 1] */
  readonly features: GPUBuffer;
  /** [places of the window], added to the features' log pitch */
  readonly pitches: GPUBuffer;
  /** [slots, callLatents, samplesPerLatent] */
  readonly samples: GPUBuffer;
  readonly callLatents: number;
}

/** Of shaders/source-filter.wgsl and shaders/harmonics.wgsl. */
const LARGEST_FFT = 1024;
export const MOST_WINDOW_FRAMES = 64;
/** Of weights/recipe/styles.py. */
const BREATH_CORNER_HZ = 300;

export async function createDecoderHead(
  gpu: Gpu,
  tensors: Tensors,
  { decoder, sampleRateHz, samplesPerLatent }: SourceFilterModel,
  { slots, voiceLatents, window, features, pitches, samples, callLatents }: DecoderHeadRoom,
): Promise<readonly Layer[]> {
  const { fftSize: size, hopSize: hop, noiseHops } = decoder;
  checkSizes(size, hop);
  const rate = samplesPerLatent / hop;
  const width = 2 * (size / 2 + 1) + 1;
  const ring = voiceLatents * rate + size / hop - 1;
  const carried = gpu.buffer("decoder pitch", slots * ring * 8);
  const harmonic = gpu.buffer("decoder harmonics", slots * ring * hop * 4);
  const frames = gpu.buffer("decoder filtered", slots * ring * size * 4);
  const tables = createVectors(gpu, "decoder tables", ...spectralTables(size, hop));
  const noise = createVectors(gpu, "decoder noise", tensors.floats("head.noise"));
  const includes = ["window-layout", "window"];
  const [harmonics, sourceFilter, overlapAdd] = await Promise.all([
    gpu.kernel("harmonics", {
      includes: [...includes, "sine"],
      constants: { width, hop, rate, ring, sample_rate: sampleRateHz },
    }),
    gpu.kernel("source-filter", {
      includes,
      constants: {
        size,
        hop,
        noise_hops: noiseHops,
        rate,
        ring,
        breath_corner: (BREATH_CORNER_HZ * size) / sampleRateHz,
      },
    }),
    gpu.kernel("overlap-add", { includes, constants: { size, hop, rate, ring, most_latents: callLatents } }),
  ]);
  const overlapBindings = gpu.bind(overlapAdd, [window, frames, samples]);
  return [
    perPlace(
      "harmonics",
      harmonics,
      gpu.bind(harmonics, [window, features, pitches, carried, harmonic]),
      rate,
      { flops: 64 * hop, bytes: 4 * hop },
    ),
    perPlace(
      "source-filter",
      sourceFilter,
      gpu.bind(sourceFilter, [window, tables, noise, harmonic, features, frames]),
      rate,
      { flops: 400 * size, bytes: 4 * (4 * size + width) },
    ),
    ({ voices, latents }) => ({
      label: "overlap-add",
      kernel: overlapAdd,
      bindings: overlapBindings,
      workgroups: [Math.ceil((voices * latents * samplesPerLatent) / 64), 1, 1],
      flops: (voices * latents * samplesPerLatent * size) / hop,
      bytes: 4 * voices * latents * samplesPerLatent * (size / hop + 1),
    }),
  ];
}

function checkSizes(size: number, hop: number): void {
  if (size <= LARGEST_FFT && size % 2 === 0 && size % hop === 0) return;
  throw new BackendError(
    `The decoder has frames of ${size} samples every ${hop}; the WebGPU kernels allow at most ${LARGEST_FFT}, even and a ` +
      `whole number of hops. Use the onnx backend for these weights.`,
  );
}

/** Analysis window, synthesis window, cosine and sine of k / size turns; [size] each. */
function spectralTables(size: number, hop: number): Float32Array[] {
  const window = hannWindow(size);
  const overlap = (n: number) => {
    let sum = 0;
    for (let i = n % hop; i < size; i += hop) sum += (window[i] ?? 0) ** 2;
    return sum;
  };
  return [
    window,
    window.map((value, n) => value / overlap(n)),
    turnTable(size, Math.cos),
    turnTable(size, Math.sin),
  ];
}
