/** The small model's decoder, from latents to the features of its head, in kernels (weights/recipe/vae.py, Decoder). */
import type { ModelManifest, SourceFilterSizes } from "../manifest.ts";
import { product } from "../product.ts";
import type { Gpu } from "./gpu.ts";
import {
  createConv1d,
  createConvNorm,
  createVectors,
  perVoice,
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
  const addConv: AddConv = (name, tensor, source, result, sizes) => {
    const vectors = createVectors(gpu, name, tensors.floats(`${tensor}.bias`));
    const weights = tensors.matrix(`${tensor}.weight`);
    layers.push(
      createConv1d(gpu, name, sizes, { window: room.window, weights, vectors, source, result }).then(only),
    );
  };
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
  const { pitchHidden, inputKernel } = decoder;
  if (pitchHidden) {
    const rows = (name: string) => createRows(gpu, name, room, stages.slice(0, 1), () => pitchHidden);
    const buffers = {
      latents: latentRing,
      first: rows("pitch input"),
      second: rows("pitch middle"),
      pitches,
    };
    const frames = product(decoder.strides);
    addPitchReader(addConv, buffers, { latentDim, hidden: pitchHidden, taps: inputKernel, frames });
  }
  return { layers: (await Promise.all(layers)).flat(), features, pitches };
}

/** Adds the dense layer of the tensors `tensor`. */
type AddConv = (
  name: string,
  tensor: string,
  source: GPUBuffer,
  result: GPUBuffer,
  sizes: Conv1dSizes,
) => void;

/** What reads the pitches of a latent's frames from the latents; where it is not, they stay 0, as buffers are made. */
function addPitchReader(
  addConv: AddConv,
  { latents, first, second, pitches }: { latents: Ring } & Record<"first" | "second" | "pitches", GPUBuffer>,
  { latentDim, hidden, taps, frames }: Record<"latentDim" | "hidden" | "taps" | "frames", number>,
): void {
  const toHidden = { outputs: hidden, rate: 1, activation: "relu" } as const;
  const looking = { taps, back: taps - 1, sourceRing: latents.length };
  addConv("pitch.input", "pitch.input.linear", latents.buffer, first, {
    channels: latentDim,
    ...looking,
    ...toHidden,
  });
  addConv("pitch.middle", "pitch.middle", first, second, { channels: hidden, ...toHidden });
  addConv("pitch.output", "pitch.output", second, pitches, {
    channels: hidden,
    outputs: frames,
    rate: 1,
    split: frames,
  });
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
