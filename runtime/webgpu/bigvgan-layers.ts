/** Layers of the BigVGAN-style decoder, added one after the other; each gives the track that its result goes to. */
import { convWeights, createMatrix, upWeights } from "./conv-weights.ts";
import type { Gpu } from "./gpu.ts";
import { createConv1d, createSizes, createVectors, type Conv1dSizes, type Layer } from "./layers.ts";
import { snakeVectors } from "./residual-block.ts";
import type { Tensors } from "./tensors.ts";

/** Rows of all slots, each in a ring. */
export interface Track {
  readonly buffer: GPUBuffer;
  /** Filled up with channels of zeros to a multiple of 4. */
  readonly channels: number;
  /** Places in a latent. */
  readonly rate: number;
  /** Places by which it is behind the window. */
  readonly delay: number;
  /** Rows of a slot. */
  readonly ring: number;
}

export interface ConvShape {
  readonly outputs: number;
  readonly kernel: number;
  readonly dilation?: number;
  /** Places that it sees ahead. */
  readonly ahead?: number;
  /** Added to the result; as far behind, and in a ring of the same length. */
  readonly residual?: Track;
  readonly activation?: "tanh";
}

export interface BigVganLayers {
  readonly layers: readonly Layer[];
  /** @param history rows that readers of the track need from before a window's own */
  track(name: string, channels: number, rate: number, delay: number, history: number): Track;
  add(layer: Layer): void;
  /** Of the tensors `name`.weight [outputs, channels, kernel] and `name`.bias. */
  conv(name: string, source: Track, shape: ConvShape, history: number): Promise<Track>;
  /** Transposed convolution of kernel 2 * stride without its last `stride` places; `name`.weight [channels, outputs, kernel]. */
  up(name: string, source: Track, outputs: number, stride: number, history: number): Promise<Track>;
  /** Alias-free Snake of the tensors `name`.alpha and `name`.beta. */
  snake(name: string, source: Track, history: number): Promise<Track>;
  average(tracks: readonly Track[]): Promise<Track>;
}

/** Places of a tile of shaders/alias-free-snake.wgsl. */
const SNAKE_PLACES = 32;
const SNAKE_CHANNELS = 8;
const THREADS = 64;

export function createBigVganLayers(
  gpu: Gpu,
  tensors: Tensors,
  window: GPUBuffer,
  {
    slots,
    voiceLatents,
    lowPass,
  }: { readonly slots: number; readonly voiceLatents: number; readonly lowPass: Float32Array },
): BigVganLayers {
  const layers: Layer[] = [];
  const track: BigVganLayers["track"] = (name, channels, rate, delay, history) => {
    const ring = voiceLatents * rate + history;
    const padded = filledUp(channels);
    return { buffer: gpu.buffer(name, slots * ring * padded * 4), channels: padded, rate, delay, ring };
  };
  const addConv = async (
    name: string,
    source: Track,
    result: Track,
    sizes: Omit<Conv1dSizes, "channels" | "rate" | "sourceRing" | "resultRing">,
    {
      weights,
      bias,
      residual,
    }: { readonly weights: Float32Array; readonly bias: Float32Array; readonly residual?: Track | undefined },
  ) => {
    const ones = new Float32Array(residual === undefined ? 0 : sizes.outputs).fill(1);
    const all = {
      ...sizes,
      channels: source.channels,
      rate: source.rate,
      sourceRing: source.ring,
      resultRing: result.ring,
    };
    layers.push(
      await createConv1d(gpu, name, all, {
        window,
        weights: createMatrix(gpu, name, weights, tensors.weightType),
        vectors: createVectors(gpu, name, bias, ones),
        source: source.buffer,
        result: result.buffer,
        ...(residual && { residual: residual.buffer }),
      }),
    );
    return result;
  };
  return {
    layers,
    track,
    add: (layer) => layers.push(layer),
    conv(name, source, { outputs, kernel, dilation = 1, ahead = 0, residual, activation }, history) {
      const delay = source.delay + ahead;
      const result = track(name, outputs, source.rate, delay, history);
      const [, channels = 0] = tensors.shape(`${name}.weight`);
      const shape = {
        outputs,
        channels,
        kernel,
        paddedOutputs: result.channels,
        paddedChannels: source.channels,
      };
      return addConv(
        name,
        source,
        result,
        {
          outputs: result.channels,
          taps: kernel,
          dilation,
          back: (kernel - 1) * dilation - ahead,
          activation: residual === undefined ? (activation ?? "none") : "residual",
          delay,
        },
        {
          weights: convWeights(tensors.floats(`${name}.weight`), shape),
          bias: filled(tensors.floats(`${name}.bias`), result.channels),
          residual,
        },
      );
    },
    up(name, source, outputs, stride, history) {
      const result = track(name, outputs, source.rate * stride, source.delay * stride, history);
      const [channels = 0] = tensors.shape(`${name}.weight`);
      const shape = {
        outputs,
        channels,
        kernel: stride,
        paddedOutputs: result.channels,
        paddedChannels: source.channels,
      };
      const bias = filled(tensors.floats(`${name}.bias`), result.channels);
      return addConv(
        name,
        source,
        result,
        { outputs: stride * result.channels, taps: 2, back: 1, split: stride, delay: source.delay },
        {
          weights: upWeights(tensors.floats(`${name}.weight`), shape),
          bias: Float32Array.from(
            { length: stride * bias.length },
            (_, index) => bias[index % bias.length] ?? 0,
          ),
        },
      );
    },
    async snake(name, source, history) {
      const { channels, rate } = source;
      const delay = source.delay + lowPass.length / 2 - 1;
      const result = track(name, channels, rate, delay, history);
      const [frequencies, gains] = snakeVectors(tensors, name);
      const vectors = createVectors(
        gpu,
        name,
        lowPass,
        filled(frequencies, channels),
        filled(gains, channels),
      );
      const kernel = await gpu.kernel("alias-free-snake", { includes: ["window-layout", "window", "sine"] });
      const sizes = createSizes(gpu, name, [channels, rate, lowPass.length, delay, source.ring, result.ring]);
      const bindings = gpu.bind(kernel, [window, sizes, vectors, source.buffer, result.buffer]);
      layers.push(({ voices, latents }) => ({
        label: name,
        kernel,
        bindings,
        workgroups: [
          Math.ceil((latents * rate) / SNAKE_PLACES),
          Math.ceil(channels / SNAKE_CHANNELS),
          voices,
        ],
        flops: voices * latents * rate * channels * (6 * lowPass.length + 40),
        bytes: 8 * voices * latents * rate * channels,
      }));
      return result;
    },
    async average(tracks) {
      const [first, ...others] = tracks;
      if (first === undefined) throw new RangeError("There is nothing to average.");
      let sum = first;
      for (const [index, other] of others.entries()) {
        const scale = index === others.length - 1 ? 1 / tracks.length : 1;
        const result = { ...first, buffer: gpu.buffer("average", first.buffer.size) };
        layers.push(await createRingAdd(gpu, window, sum, other, result, scale));
        sum = result;
      }
      return sum;
    },
  };
}

async function createRingAdd(
  gpu: Gpu,
  window: GPUBuffer,
  a: Track,
  b: Track,
  result: Track,
  scale: number,
): Promise<Layer> {
  const { channels, rate, delay, ring } = result;
  const kernel = await gpu.kernel("ring-add", { includes: ["window-layout", "window"] });
  const scaleBits = new Uint32Array(Float32Array.of(scale).buffer)[0] ?? 0;
  const sizes = createSizes(gpu, "average", [channels, rate, delay, ring, scaleBits]);
  const bindings = gpu.bind(kernel, [window, sizes, a.buffer, b.buffer, result.buffer]);
  return ({ voices, latents }) => ({
    label: "average",
    kernel,
    bindings,
    workgroups: [Math.ceil(channels / THREADS), voices * latents * rate, 1],
    flops: 2 * voices * latents * rate * channels,
    bytes: 12 * voices * latents * rate * channels,
  });
}

function filledUp(channels: number): number {
  return Math.ceil(channels / 4) * 4;
}

function filled(values: Float32Array, length: number): Float32Array {
  const all = new Float32Array(length);
  all.set(values);
  return all;
}
