/** The small model's decoder, from latents to the features of its head, in kernels (weights/recipe/vae.py, Decoder). */
import type { ModelManifest, SourceFilterSizes } from "../manifest.ts";
import { product } from "../product.ts";
import type { Gpu } from "./gpu.ts";
import {
  createConv1d,
  createConvNorm,
  createVectors,
  perVoice,
  type Conv1dBuffers,
  type Conv1dSizes,
  type Layer,
} from "./layers.ts";
import { createResidualBlock } from "./residual-block.ts";
import type { Tensors } from "./tensors.ts";

export interface SourceFilterModel extends ModelManifest {
  readonly decoder: SourceFilterSizes;
}

export interface DecoderRoom {
  readonly slots: number;
  /** Most latents of a voice in a window, and of all voices. */
  readonly voiceLatents: number;
  readonly windowLatents: number;
  /** shaders/window.wgsl */
  readonly window: GPUBuffer;
  /** [slots, mostFrames, D] normalised f32 */
  readonly latents: GPUBuffer;
  readonly mostFrames: number;
}

export interface DecoderTrunk {
  readonly layers: readonly Layer[];
  /** [places of the window, 2 * bins + 1] */
  readonly features: GPUBuffer;
  /** [places of the window], to be added to the log pitch of the features */
  readonly pitches: GPUBuffer;
}

/** Rows of all slots that later layers look back into. */
interface Ring {
  readonly buffer: GPUBuffer;
  /** Rows of a slot. */
  readonly length: number;
}

interface Stage {
  readonly index: number;
  readonly channels: number;
  readonly hidden: number;
  readonly kernel: number;
  readonly blocks: number;
  /** Places in a latent. */
  readonly rate: number;
  /** Rows that one row of the stage before becomes; 1 for the first stage. */
  readonly stride: number;
}

export async function createDecoderTrunk(
  gpu: Gpu,
  tensors: Tensors,
  { latentDim, decoder }: SourceFilterModel,
  room: DecoderRoom,
): Promise<DecoderTrunk> {
  const stages = stagesOf(decoder);
  const normed = createRows(gpu, "normed", room, stages, (stage) => stage.channels);
  const hidden = createRows(gpu, "hidden", room, stages, (stage) => stage.hidden);
  const latentRing = createRing(gpu, "latents", room, latentDim, room.voiceLatents + decoder.inputKernel - 1);
  const layers: Promise<readonly Layer[]>[] = [createBegin(gpu, tensors, latentDim, room, latentRing)];
  const addConv = (name: string, tensor: string, source: GPUBuffer, result: GPUBuffer, sizes: Conv1dSizes) =>
    layers.push(createDense(gpu, tensors, name, tensor, { window: room.window, source, result }, sizes));
  let source = latentRing;
  let sourceChannels = latentDim;
  for (const stage of stages) {
    const { index, channels, stride, rate } = stage;
    const isFirst = index === 0;
    const ringOf = (name: string) =>
      createRing(gpu, `stage ${index} ${name}`, room, channels, room.voiceLatents * rate + stage.kernel - 1);
    const taps = isFirst ? decoder.inputKernel : 2;
    const start = ringOf("input");
    addConv(
      isFirst ? "input" : `up.${index - 1}`,
      isFirst ? "input.linear" : `up.${index - 1}.linear`,
      source.buffer,
      start.buffer,
      {
        channels: sourceChannels,
        outputs: stride * channels,
        rate: rate / stride,
        taps,
        back: taps - 1,
        sourceRing: source.length,
        resultRing: start.length,
        split: stride,
      },
    );
    source = start;
    for (let block = 0; block < stage.blocks; block++) {
      const result = ringOf(`block ${block}`);
      const buffers = { window: room.window, source: source.buffer, normed, hidden, result: result.buffer };
      const sizes = { ...stage, back: stage.kernel - 1, ring: start.length };
      layers.push(createResidualBlock(gpu, tensors, `stages.${index}.${block}`, sizes, buffers));
      source = result;
    }
    sourceChannels = channels;
  }
  const last = stages.slice(-1);
  const outputs = 2 * (decoder.fftSize / 2 + 1) + 1;
  const features = createRows(gpu, "features", room, last, () => outputs);
  for (const { channels, rate } of last) {
    const vectors = createVectors(gpu, "norm", tensors.floats("norm.weight"), tensors.floats("norm.bias"));
    const sizes = { channels, rate, sourceRing: source.length };
    const buffers = { window: room.window, vectors, source: source.buffer, result: normed };
    layers.push(createConvNorm(gpu, "norm", sizes, buffers).then(only));
    addConv("output", "output", normed, features, { channels, outputs, rate });
  }
  const pitches = createRows(gpu, "pitches", room, last, () => 1);
  layers.push(createPitchReader(gpu, tensors, { latentDim, decoder }, room, latentRing, pitches));
  return { layers: (await Promise.all(layers)).flat(), features, pitches };
}

/** What reads the pitch from the latents; without one, the pitches stay 0, as buffers are made. */
async function createPitchReader(
  gpu: Gpu,
  tensors: Tensors,
  { latentDim, decoder }: Pick<SourceFilterModel, "latentDim" | "decoder">,
  { window, windowLatents }: DecoderRoom,
  latents: Ring,
  pitches: GPUBuffer,
): Promise<Layer[]> {
  const { pitchHidden, inputKernel, strides } = decoder;
  if (!pitchHidden) return [];
  const rows = (name: string) => gpu.buffer(`decoder pitch ${name}`, windowLatents * pitchHidden * 4);
  const [first, second] = [rows("input"), rows("middle")];
  const hidden = { outputs: pitchHidden, rate: 1, activation: "relu" } as const;
  const framesOfLatent = product(strides);
  const parts = [
    createDense(
      gpu,
      tensors,
      "pitch.input",
      "pitch.input.linear",
      { window, source: latents.buffer, result: first },
      {
        ...hidden,
        channels: latentDim,
        taps: inputKernel,
        back: inputKernel - 1,
        sourceRing: latents.length,
      },
    ),
    createDense(
      gpu,
      tensors,
      "pitch.middle",
      "pitch.middle",
      { window, source: first, result: second },
      { ...hidden, channels: pitchHidden },
    ),
    createDense(
      gpu,
      tensors,
      "pitch.output",
      "pitch.output",
      { window, source: second, result: pitches },
      { channels: pitchHidden, outputs: framesOfLatent, rate: 1, split: framesOfLatent },
    ),
  ];
  return (await Promise.all(parts)).flat();
}

/** A dense layer of the tensors `tensor`. */
function createDense(
  gpu: Gpu,
  tensors: Tensors,
  name: string,
  tensor: string,
  buffers: Pick<Conv1dBuffers, "window" | "source" | "result">,
  sizes: Conv1dSizes,
): Promise<Layer[]> {
  const vectors = createVectors(gpu, name, tensors.floats(`${tensor}.bias`));
  const weights = tensors.matrix(`${tensor}.weight`);
  return createConv1d(gpu, name, sizes, { ...buffers, weights, vectors }).then(only);
}

function only(layer: Layer): Layer[] {
  return [layer];
}

function stagesOf({ channels, hidden, kernels, blocks, strides }: SourceFilterSizes): Stage[] {
  const at = (list: readonly number[], index: number) => list[index] as number; // the manifest's parser checks lengths
  return channels.map((width, index) => ({
    index,
    channels: width,
    hidden: at(hidden, index),
    kernel: at(kernels, index),
    blocks: at(blocks, index),
    rate: product(strides.slice(0, index)),
    stride: index === 0 ? 1 : at(strides, index - 1),
  }));
}

/** Rows of a window for any of the stages. */
function createRows(
  gpu: Gpu,
  name: string,
  { windowLatents }: DecoderRoom,
  stages: readonly Stage[],
  columnsOf: (stage: Stage) => number,
): GPUBuffer {
  const largest = Math.max(...stages.map((stage) => stage.rate * columnsOf(stage)));
  return gpu.buffer(`decoder ${name}`, windowLatents * largest * 4);
}

function createRing(gpu: Gpu, name: string, { slots }: DecoderRoom, columns: number, length: number): Ring {
  return { buffer: gpu.buffer(`decoder ${name}`, slots * length * columns * 4), length };
}

async function createBegin(
  gpu: Gpu,
  tensors: Tensors,
  dim: number,
  { window, latents, mostFrames, voiceLatents }: DecoderRoom,
  ring: Ring,
): Promise<Layer[]> {
  const constants = { dim, most_frames: mostFrames, ring: ring.length };
  const kernel = await gpu.kernel("decoder-begin", { includes: ["window-layout"], constants });
  const statistics = createVectors(
    gpu,
    "statistics",
    tensors.floats("latent_mean"),
    tensors.floats("latent_std"),
  );
  const bindings = gpu.bind(kernel, [window, latents, statistics, ring.buffer]);
  return [perVoice("decoder.begin", kernel, bindings, 8 * voiceLatents * dim)];
}
