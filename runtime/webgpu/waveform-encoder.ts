/**
 * The encoder of the official release in kernels: strided convolutions on the waveform, after each a stack of dilated
 * residual layers (weights/recipe/official.py, WaveEncoder).
 */
import type { ModelManifest, WaveformEncoderSizes } from "../manifest.ts";
import { createClipWindow, type ClipLayerList } from "./clip.ts";
import { convWeights, createMatrix } from "./conv-weights.ts";
import type { Gpu } from "./gpu.ts";
import { createConv1d, createSizes, createVectors, type Layer } from "./layers.ts";
import type { Matrix, Tensors } from "./tensors.ts";

export interface WaveformEncoderModel extends ModelManifest {
  readonly encoder: WaveformEncoderSizes;
}

const KERNEL = 3;
/** Slopes of the leaky rectifiers: between the stages, and in their layers. */
const STAGE_SLOPE = 0.2;
const LAYER_SLOPE = 0.01;
/** Channels of a row of samples; all but the first are zeros, since the kernels read four at once. */
const WAVE_CHANNELS = 4;
const THREADS = 64;

/** Places of a stage: `rate` a latent, `channels` numbers each. */
interface Rows {
  readonly rate: number;
  readonly channels: number;
}

interface ConvShape {
  readonly outputs: number;
  readonly taps: number;
  readonly back: number;
  readonly step?: number;
  readonly dilation?: number;
}

export function createWaveformEncoder(
  gpu: Gpu,
  tensors: Tensors,
  model: WaveformEncoderModel,
): ClipLayerList {
  const kept = new Map<string, Matrix>();
  const weightsOf = (name: string, paddedChannels: number) => {
    const matrix = kept.get(name) ?? createWeights(gpu, tensors, name, paddedChannels);
    kept.set(name, matrix);
    return matrix;
  };
  return (scoped, samples) => createLayers(scoped, tensors, weightsOf, model, samples);
}

function createWeights(gpu: Gpu, tensors: Tensors, name: string, paddedChannels: number): Matrix {
  const [outputs = 0, channels = 0, kernel = 0] = tensors.shape(`${name}.weight`);
  const shape = { outputs, channels, kernel, paddedOutputs: outputs, paddedChannels };
  return createMatrix(gpu, name, convWeights(tensors.floats(`${name}.weight`), shape), tensors.weightType);
}

async function createLayers(
  gpu: Gpu,
  tensors: Tensors,
  weightsOf: (name: string, paddedChannels: number) => Matrix,
  { encoder, latentDim, samplesPerLatent }: WaveformEncoderModel,
  samples: Float32Array,
): Promise<{ readonly layers: readonly Layer[]; readonly result: GPUBuffer }> {
  const { channels, rates } = encoder;
  const [inputChannels = 0] = channels;
  const latents = samples.length / samplesPerLatent;
  const window = createClipWindow(gpu, latents);
  const layers: Layer[] = [];
  const addConv = async (
    name: string,
    { rate, channels: width }: Rows,
    [source, result]: readonly [GPUBuffer, GPUBuffer],
    shape: ConvShape,
    residual?: GPUBuffer,
  ) => {
    const ones = new Float32Array(residual === undefined ? 0 : shape.outputs).fill(1);
    const vectors = createVectors(gpu, name, tensors.floats(`${name}.bias`), ones);
    const weights = weightsOf(name, width);
    const activation = residual === undefined ? "none" : "residual";
    layers.push(
      await createConv1d(
        gpu,
        name,
        { ...shape, rate, channels: width, activation },
        { window, weights, vectors, source, result, ...(residual && { residual }) },
      ),
    );
  };
  const addLeakyRelu = async (rows: Rows, source: GPUBuffer, result: GPUBuffer, slope: number) => {
    layers.push(await createLeakyRelu(gpu, rows, source, result, slope));
  };

  const stages = stagesOf(encoder, samplesPerLatent);
  const largest = Math.max(
    ...stages.map(({ rate, channels: width }) => rate * width),
    samplesPerLatent * inputChannels,
  );
  const scratch = (name: string) => gpu.buffer(name, latents * largest * 4);
  let [x, y] = [scratch("encoder x"), scratch("encoder y")];
  const [activated, between] = [scratch("encoder activated"), scratch("encoder between")];
  const wave = createVectors(gpu, "samples", spread(samples));
  const waveRows = { rate: samplesPerLatent, channels: WAVE_CHANNELS };
  await addConv("input", waveRows, [wave, y], { outputs: inputChannels, taps: KERNEL, back: 1 });
  await addLeakyRelu({ rate: samplesPerLatent, channels: inputChannels }, y, x, STAGE_SLOPE);
  let width = inputChannels;
  for (const [stage, rows] of stages.entries()) {
    const step = rates[stage] ?? 1;
    const down = { outputs: rows.channels, taps: 2 * step, step, back: Math.floor(step / 2) };
    await addConv(`down.${stage}`, { rate: rows.rate, channels: width }, [x, y], down);
    [x, y] = [y, x];
    for (let layer = 0; layer < encoder.layers; layer++) {
      const name = `stacks.${stage}.${layer}`;
      const dilation = 2 ** layer;
      const outputs = rows.channels;
      await addLeakyRelu(rows, x, activated, LAYER_SLOPE);
      await addConv(`${name}.1`, rows, [activated, between], {
        outputs,
        taps: KERNEL,
        back: dilation,
        dilation,
      });
      await addLeakyRelu(rows, between, activated, LAYER_SLOPE);
      await addConv(`${name}.3`, rows, [activated, y], { outputs, taps: KERNEL, back: 1 }, x);
      [x, y] = [y, x];
    }
    await addLeakyRelu(rows, x, y, STAGE_SLOPE);
    [x, y] = [y, x];
    width = rows.channels;
  }
  const result = gpu.buffer("posterior", latents * 2 * latentDim * 4);
  await addConv("output", { rate: 1, channels: width }, [x, result], {
    outputs: 2 * latentDim,
    taps: KERNEL,
    back: 1,
  });
  return { layers, result };
}

/** The rows that every stage makes. */
function stagesOf({ channels, rates }: WaveformEncoderSizes, samplesPerLatent: number): Rows[] {
  let rate = samplesPerLatent;
  return rates.map((step, stage) => {
    rate /= step;
    return { rate, channels: channels[stage + 1] as number }; // the manifest's parser checks lengths
  });
}

/** [n] -> [n, WAVE_CHANNELS] */
function spread(samples: Float32Array): Float32Array {
  const rows = new Float32Array(samples.length * WAVE_CHANNELS);
  samples.forEach((sample, time) => (rows[time * WAVE_CHANNELS] = sample));
  return rows;
}

/** shaders/leaky-relu.wgsl */
async function createLeakyRelu(
  gpu: Gpu,
  { rate, channels }: Rows,
  source: GPUBuffer,
  result: GPUBuffer,
  slope: number,
): Promise<Layer> {
  const quads = (rate * channels) / 4;
  const kernel = await gpu.kernel("leaky-relu", { constants: { slope } });
  const bindings = gpu.bind(kernel, [createSizes(gpu, "leaky-relu", [quads]), source, result]);
  return ({ voices, latents }) => ({
    label: "leaky-relu",
    kernel,
    bindings,
    workgroups: [Math.ceil(quads / THREADS), voices * latents, 1],
    flops: 12 * quads * voices * latents,
    bytes: 32 * quads * voices * latents,
  });
}
