/**
 * The decoder of the official release on the GPU (weights/recipe/official.py, BigVganDecoder): transposed convolutions and
 * residual blocks of alias-free Snake, waveform out. Its calls are those of decoder.ts.
 *
 * The network sees the future: the first convolution half its kernel, every alias-free Snake a few places to either side. So
 * each layer is behind the window by what it and the layers before it look ahead (`delay`, in its own places), and the
 * sound is late by a whole number of latents. A call that asks for latents beyond `last` says by it that
 * the sentence ends there; it must ask at once for as many more than there are.
 */
import { lookAheadLatents, type BigVganSizes } from "../autoencoder-sizes.ts";
import { product } from "../product.ts";
import { createBigVganLayers, type BigVganLayers, type Track } from "./bigvgan-layers.ts";
import {
  CALL_LATENTS,
  createCallBuffers,
  createCalls,
  type Decoder,
  type DecoderOptions,
  type DecoderVoice,
} from "./decoder-calls.ts";
import type { Gpu } from "./gpu.ts";
import { createSizes, createVectors, perVoice, type Layer } from "./layers.ts";
import type { Tensors } from "./tensors.ts";

/** What decides the network. */
export type BigVganShape = Omit<BigVganSizes, "kind" | "delayLatents" | "stateSize"> & {
  readonly latentDim: number;
};

const VOICE_LATENTS = 4;
const WINDOW_LATENTS = 8;
const OUTPUT_KERNEL = 7;
/** Last latent of a sentence that goes on. */
const NO_LAST = 500_000;
const THREADS = 64;

/**
 * @param tensors PyTorch's names and layouts: input, up.i, blocks.i.b.pairs.p.{0,2}.snake and .{1,3}.conv, activation.snake,
 * output.conv, latent_mean, latent_std
 * @throws BackendError when the geometry is beyond what the device allows
 */
export async function createBigVganDecoder(
  gpu: Gpu,
  tensors: Tensors,
  sizes: BigVganShape,
  { slots, latents, mostFrames }: DecoderOptions,
): Promise<Decoder> {
  const samplesPerLatent = product(sizes.rates);
  const shape = {
    slots,
    samplesPerLatent,
    delayLatents: lookAheadLatents(sizes),
    voiceLatents: VOICE_LATENTS,
    windowLatents: Math.max(WINDOW_LATENTS, slots),
  };
  const buffers = createCallBuffers(gpu, shape);
  const lowPass = kaiserLowPass(sizes.filterTaps, 0.25, 0.3);
  const net = createBigVganLayers(gpu, tensors, buffers.window, {
    slots,
    voiceLatents: VOICE_LATENTS,
    lowPass,
  });
  const ahead = (sizes.inputKernel - 1) / 2;
  const start = net.track("latents", sizes.latentDim, 1, 0, 2 * ahead);
  net.add(await createBegin(gpu, tensors, sizes.latentDim, buffers.window, { latents, mostFrames }, start));
  let x = await net.conv("input", start, { outputs: sizes.channels, kernel: sizes.inputKernel, ahead }, 1);
  for (const stage of sizes.rates.keys()) x = await addStage(net, stage, x, sizes);
  const activated = await net.snake("activation.snake", x, OUTPUT_KERNEL - 1);
  const late = shape.delayLatents * samplesPerLatent;
  const soundShape = { outputs: 1, kernel: OUTPUT_KERNEL, activation: "tanh" } as const;
  const sound = await net.conv("output.conv", activated, soundShape, late - activated.delay);
  net.add(await createTakeSamples(gpu, buffers, sound, late));
  const decoder = createCalls(gpu, shape, buffers, net.layers);
  return { ...decoder, calls: (voices) => decoder.calls(voices.map(openEnded)) };
}

/** The end of a sentence is known only to a call that asks for latents beyond it. */
function openEnded(voice: DecoderVoice): DecoderVoice {
  return voice.first + voice.count > voice.last + 1 ? voice : { ...voice, last: NO_LAST };
}

/** Doubles, triples, ... the rate; then the mean of the residual blocks. */
async function addStage(
  net: BigVganLayers,
  stage: number,
  source: Track,
  { channels, rates, blockKernels, blockDilations, filterTaps }: BigVganShape,
): Promise<Track> {
  const width = channels / 2 ** (stage + 1);
  const reach = filterTaps / 2 - 1;
  const start = await net.up(`up.${stage}`, source, width, rates[stage] ?? 1, 2 * reach);
  const made: Track[] = [];
  for (const [block, kernel] of blockKernels.entries()) {
    let x = start;
    for (const [pair, dilation] of blockDilations.entries()) {
      const name = `blocks.${stage}.${block}.pairs.${pair}`;
      const first = await net.snake(`${name}.0.snake`, x, (kernel - 1) * dilation);
      const between = await net.conv(
        `${name}.1.conv`,
        first,
        { outputs: width, kernel, dilation },
        2 * reach,
      );
      const second = await net.snake(`${name}.2.snake`, between, kernel - 1);
      x = await net.conv(`${name}.3.conv`, second, { outputs: width, kernel, residual: x }, 2 * reach);
    }
    made.push(x);
  }
  return net.average(made);
}

async function createBegin(
  gpu: Gpu,
  tensors: Tensors,
  dim: number,
  window: GPUBuffer,
  { latents, mostFrames }: Pick<DecoderOptions, "latents" | "mostFrames">,
  result: Track,
): Promise<Layer> {
  const constants = { dim, most_frames: mostFrames, ring: result.ring, holds_last: 0 };
  const kernel = await gpu.kernel("decoder-begin", { includes: ["window-layout"], constants });
  const statistics = createVectors(
    gpu,
    "statistics",
    tensors.floats("latent_mean"),
    tensors.floats("latent_std"),
  );
  const bindings = gpu.bind(kernel, [window, latents, statistics, result.buffer]);
  return perVoice("decoder.begin", kernel, bindings, 8 * VOICE_LATENTS * dim);
}

async function createTakeSamples(
  gpu: Gpu,
  { window, samples }: ReturnType<typeof createCallBuffers>,
  source: Track,
  late: number,
): Promise<Layer> {
  const kernel = await gpu.kernel("take-samples", { includes: ["window-layout", "window"] });
  const sizes = createSizes(gpu, "take-samples", [
    source.rate,
    late,
    source.ring,
    source.channels,
    CALL_LATENTS,
  ]);
  const bindings = gpu.bind(kernel, [window, sizes, source.buffer, samples]);
  return ({ voices, latents }) => {
    const count = voices * latents * source.rate;
    return {
      label: "take-samples",
      kernel,
      bindings,
      workgroups: [Math.ceil(count / THREADS), 1, 1],
      flops: 0,
      bytes: 8 * count,
    };
  };
}

/** Windowed-sinc low-pass of unit gain; cutoff and width of the slope in cycles a sample (as the recipe's). */
export function kaiserLowPass(taps: number, cutoff: number, halfWidth: number): Float32Array {
  const attenuation = 2.285 * (taps / 2 - 1) * Math.PI * 4 * halfWidth + 7.95;
  const beta =
    attenuation > 50
      ? 0.1102 * (attenuation - 8.7)
      : 0.5842 * Math.max(attenuation - 21, 0) ** 0.4 + 0.07886 * Math.max(attenuation - 21, 0);
  const kernel = Array.from({ length: taps }, (_, n) => {
    const time = n - (taps - 1) / 2;
    const ratio = (2 * n) / (taps - 1) - 1;
    const sinc = Math.sin(2 * Math.PI * cutoff * time) / (2 * Math.PI * cutoff * time);
    return sinc * bessel(beta * Math.sqrt(1 - ratio * ratio));
  });
  const sum = kernel.reduce((all, each) => all + each, 0);
  return Float32Array.from(kernel, (value) => value / sum);
}

/** Modified Bessel function of order 0. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
