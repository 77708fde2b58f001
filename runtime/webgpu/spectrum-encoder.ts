/** The small model's encoder in kernels: log spectrum, trunks of residual blocks and strided convolutions (weights/recipe/vae.py, Encoder). */
import type { TrunkSizes } from "../autoencoder-sizes.ts";
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
  readonly trunks: readonly Trunk[];
}

/** Of several trunks, the results add up. */
interface Trunk {
  /** What its tensors start with. */
  readonly prefix: string;
  readonly sizes: TrunkSizes;
  readonly inputWeights: Matrix;
}

export function createSpectrumEncoder(
  gpu: Gpu,
  tensors: Tensors,
  model: SpectrumEncoderModel,
): ClipLayerList {
  const { encoder } = model;
  const bins = encoder.fftSize / 2 + 1;
  const trunkOf = (prefix: string, sizes: TrunkSizes): Trunk => {
    const name = `${prefix}input.weight`;
    const inputWeights = createPaddedMatrix(
      gpu,
      name,
      tensors.floats(name),
      bins,
      magnitudeWidth(encoder.fftSize),
    );
    return { prefix, sizes, inputWeights };
  };
  const kept = {
    tensors: { ...tensors, matrix: rememberMatrices(tensors) },
    fourier: createFourierMatrix(gpu, encoder.fftSize),
    trunks: [trunkOf("", encoder), ...(encoder.pitch ? [trunkOf("pitch.", encoder.pitch)] : [])],
  };
  return (scoped, samples) => createLayers(scoped, kept, model, samples);
}

async function createLayers(
  gpu: Gpu,
  { tensors, fourier, trunks }: Kept,
  model: SpectrumEncoderModel,
  samples: Float32Array,
): Promise<{ readonly layers: readonly Layer[]; readonly result: GPUBuffer }> {
  const { fftSize, hopSize } = model.encoder;
  const { samplesPerLatent } = model;
  const latents = samples.length / samplesPerLatent;
  const frames = samples.length / hopSize;
  const window = createClipWindow(gpu, latents);
  const magnitudes = gpu.buffer("magnitudes", frames * magnitudeWidth(fftSize) * 4);
  const wave = createVectors(gpu, "samples", centred(samples, fftSize, hopSize));
  const spectral = { fftSize, hopSize, rate: samplesPerLatent / hopSize, isLog: true };
  const spectralBuffers = { window, samples: wave, fourier, result: magnitudes };
  const layers = [...(await createMagnitudes(gpu, spectral, frames, spectralBuffers))];
  let result: GPUBuffer | undefined;
  for (const trunk of trunks) {
    const added = await createTrunk(gpu, tensors, trunk, model, { latents, window, magnitudes, result });
    layers.push(...added.layers);
    result = added.result;
  }
  return { layers, result: result as GPUBuffer }; // there is at least one trunk
}

interface TrunkInputs {
  readonly latents: number;
  readonly window: GPUBuffer;
  /** Log magnitudes [frames, magnitudeWidth]. */
  readonly magnitudes: GPUBuffer;
  /** Of the trunks before [latents, 2 * latentDim]: what this one gives is added. */
  readonly result: GPUBuffer | undefined;
}

/** What a dense layer has besides its tensors and sizes. */
interface AddedConv {
  readonly weights?: Matrix;
  readonly residual?: GPUBuffer | undefined;
}

async function createTrunk(
  gpu: Gpu,
  tensors: Tensors,
  { prefix, sizes: { channels, blocks }, inputWeights }: Trunk,
  { encoder, latentDim, samplesPerLatent }: SpectrumEncoderModel,
  { latents, window, magnitudes, result: before }: TrunkInputs,
): Promise<{ readonly layers: readonly Layer[]; readonly result: GPUBuffer }> {
  const at = (list: readonly number[], index: number) => list[index] as number; // the manifest's parser checks lengths
  const rows = (name: string, count: number, columns: number) =>
    gpu.buffer(prefix + name, count * columns * 4);
  const layers: Layer[] = [];
  /** A dense layer of the trunk's tensors `part`; its result is added to the rows `residual`, if any. */
  const addConv = async (
    part: string,
    source: GPUBuffer,
    sizes: Conv1dSizes,
    { weights = tensors.matrix(`${prefix}${part}.weight`), residual }: AddedConv = {},
  ) => {
    const name = prefix + part;
    const result = rows(part, latents * sizes.rate, sizes.outputs);
    const bias = tensors.floats(`${name}.bias`);
    const shared = { window, weights, source, result };
    const scale = residual ? [new Float32Array(sizes.outputs).fill(1)] : [];
    const vectors = createVectors(gpu, name, bias, ...scale);
    const layer = residual
      ? createConv1d(gpu, name, { ...sizes, activation: "residual" }, { ...shared, vectors, residual })
      : createConv1d(gpu, name, sizes, { ...shared, vectors });
    layers.push(await layer);
    return result;
  };

  const widest = Math.max(...channels);
  let rate = samplesPerLatent / encoder.hopSize;
  const normed = rows("normed", latents * rate, widest);
  const hidden = rows("hidden", latents * rate, 2 * widest);
  const inputSizes = { channels: magnitudeWidth(encoder.fftSize), outputs: at(channels, 0), rate };
  let x = await addConv("input", magnitudes, inputSizes, { weights: inputWeights });
  for (const [stage, width] of channels.entries()) {
    if (stage > 0) {
      const step = at(encoder.strides, stage - 1);
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
      const name = `${prefix}stages.${stage}.${block}`;
      layers.push(...(await createResidualBlock(gpu, tensors, name, sizes, buffers)));
      x = result;
    }
  }
  const last = at(channels, channels.length - 1);
  const norm = [tensors.floats(`${prefix}norm.weight`), tensors.floats(`${prefix}norm.bias`)];
  const normVectors = createVectors(gpu, `${prefix}norm`, ...norm);
  const normBuffers = { window, vectors: normVectors, source: x, result: normed };
  layers.push(await createConvNorm(gpu, `${prefix}norm`, { channels: last, rate }, normBuffers));
  const outputSizes = { channels: last, outputs: 2 * latentDim, rate };
  return { layers, result: await addConv("output", normed, outputSizes, { residual: before }) };
}

/** Zeros on both sides, so that frame t is centred in hop t. */
function centred(samples: Float32Array, fftSize: number, hopSize: number): Float32Array {
  const side = (fftSize - hopSize) / 2;
  const padded = new Float32Array(samples.length + 2 * side);
  padded.set(samples, side);
  return padded;
}
