/** The small model's encoder in kernels: log spectrum, residual blocks, strided convolutions (weights/recipe/vae.py, Encoder). */
import type { ModelManifest, SpectrumEncoderSizes } from "../manifest.ts";
import { createClipWindow, rememberMatrices, type ClipLayerList } from "./clip.ts";
import type { Gpu } from "./gpu.ts";
import { createConv1d, createConvNorm, createVectors, type Conv1dSizes, type Layer } from "./layers.ts";
import { createResidualBlock } from "./residual-block.ts";
import { createFourierMatrix, createMagnitudes, createPaddedMatrix, magnitudeWidth } from "./spectrum.ts";
import type { Matrix, Tensors } from "./tensors.ts";

export interface SpectrumEncoderModel extends ModelManifest {
  readonly encoder: SpectrumEncoderSizes;
}

/** Kernels of the residual blocks of a stage. */
const EARLY_KERNEL = 7;
const LATE_KERNEL = 5;
const LATE_STAGE = 2;

/** What stays from clip to clip. */
interface Kept {
  readonly tensors: Tensors;
  readonly fourier: Matrix;
  readonly inputWeights: Matrix;
}

export function createSpectrumEncoder(
  gpu: Gpu,
  tensors: Tensors,
  model: SpectrumEncoderModel,
): ClipLayerList {
  const { fftSize } = model.encoder;
  const inputWeights = tensors.floats("input.weight");
  const kept = {
    tensors: { ...tensors, matrix: rememberMatrices(tensors) },
    fourier: createFourierMatrix(gpu, fftSize),
    inputWeights: createPaddedMatrix(
      gpu,
      "input.weight",
      inputWeights,
      fftSize / 2 + 1,
      magnitudeWidth(fftSize),
    ),
  };
  return (scoped, samples) => createLayers(scoped, kept, model, samples);
}

async function createLayers(
  gpu: Gpu,
  { tensors, fourier, inputWeights }: Kept,
  { encoder, latentDim, samplesPerLatent }: SpectrumEncoderModel,
  samples: Float32Array,
): Promise<{ readonly layers: readonly Layer[]; readonly result: GPUBuffer }> {
  const { fftSize, hopSize, channels, blocks, strides } = encoder;
  const at = (list: readonly number[], index: number) => list[index] as number; // the manifest's parser checks lengths
  const latents = samples.length / samplesPerLatent;
  const frames = samples.length / hopSize;
  const window = createClipWindow(gpu, latents);
  const rows = (name: string, count: number, columns: number) => gpu.buffer(name, count * columns * 4);
  const vectors = (...names: readonly string[]) =>
    createVectors(gpu, names.join(" "), ...names.map((name) => tensors.floats(name)));
  const layers: Layer[] = [];
  /** A dense layer of the tensors `name`. */
  const addConv = async (
    name: string,
    source: GPUBuffer,
    sizes: Conv1dSizes,
    weights = tensors.matrix(`${name}.weight`),
  ) => {
    const result = rows(name, latents * sizes.rate, sizes.outputs);
    const buffers = { window, weights, vectors: vectors(`${name}.bias`), source, result };
    layers.push(await createConv1d(gpu, name, sizes, buffers));
    return result;
  };

  const magnitudes = rows("magnitudes", frames, magnitudeWidth(fftSize));
  const wave = createVectors(gpu, "samples", centred(samples, fftSize, hopSize));
  const spectral = { fftSize, hopSize, rate: samplesPerLatent / hopSize, isLog: true };
  const spectralBuffers = { window, samples: wave, fourier, result: magnitudes };
  layers.push(...(await createMagnitudes(gpu, spectral, frames, spectralBuffers)));

  const widest = Math.max(...channels);
  const normed = rows("normed", frames, widest);
  const hidden = rows("hidden", frames, 2 * widest);
  let rate = spectral.rate;
  const inputSizes = { channels: magnitudeWidth(fftSize), outputs: at(channels, 0), rate };
  let x = await addConv("input", magnitudes, inputSizes, inputWeights);
  for (const [stage, width] of channels.entries()) {
    if (stage > 0) {
      const step = at(strides, stage - 1);
      rate /= step;
      const half = Math.floor(step / 2);
      const sizes = {
        channels: at(channels, stage - 1),
        outputs: width,
        rate,
        taps: 2 * step,
        step,
        back: half,
      };
      x = await addConv(`down.${stage - 1}.linear`, x, sizes);
    }
    const kernel = stage < LATE_STAGE ? EARLY_KERNEL : LATE_KERNEL;
    const sizes = { channels: width, hidden: 2 * width, kernel, back: Math.floor(kernel / 2), rate, ring: 0 };
    for (let block = 0; block < at(blocks, stage); block++) {
      const result = rows(`stage ${stage} block ${block}`, latents * rate, width);
      const buffers = { window, source: x, normed, hidden, result };
      layers.push(...(await createResidualBlock(gpu, tensors, `stages.${stage}.${block}`, sizes, buffers)));
      x = result;
    }
  }
  const last = at(channels, channels.length - 1);
  const normBuffers = { window, vectors: vectors("norm.weight", "norm.bias"), source: x, result: normed };
  layers.push(await createConvNorm(gpu, "norm", { channels: last, rate }, normBuffers));
  return {
    layers,
    result: await addConv("output", normed, { channels: last, outputs: 2 * latentDim, rate }),
  };
}

/** Zeros on both sides, so that frame t is centred in hop t. */
function centred(samples: Float32Array, fftSize: number, hopSize: number): Float32Array {
  const side = (fftSize - hopSize) / 2;
  const padded = new Float32Array(samples.length + 2 * side);
  padded.set(samples, side);
  return padded;
}
