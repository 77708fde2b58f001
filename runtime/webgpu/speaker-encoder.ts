/** The speaker encoder on the GPU: samples -> posterior of the speaker latent (weights/recipe/speaker.py; graphs.py). */
import type { Manifest } from "../manifest.ts";
import { createClipLayers, type ClipLayers } from "./clip-layers.ts";
import { rememberMatrices, type ClipNetwork } from "./clip.ts";
import type { Gpu } from "./gpu.ts";
import { createFreeable } from "./gpu-scope.ts";
import { createConv1d, createVectors } from "./layers.ts";
import { melFilters } from "../audio/mel-filters.ts";
import { createFourierMatrix, createMagnitudes, createPaddedMatrix, magnitudeWidth } from "./spectrum.ts";
import type { Tensors } from "./tensors.ts";

const RES2_GROUPS = 4;
const DILATIONS = [2, 3, 4] as const;
const ATTENTION_WIDTH = 64;
const LOG_SCALE_MIN = -5;
const LOG_SCALE_MAX = 1;

/**
 * @param tensors of speaker-encoder.safetensors; its matrices are uploaded at the first clip
 * @returns a network that takes at least one spectral frame of samples
 */
export function createSpeakerEncoder(
  gpu: Gpu,
  tensors: Tensors,
  { speaker, sampleRateHz }: Manifest,
): ClipNetwork {
  const { fftSize, hopSize, mels, channels, pooled, dim } = speaker;
  const matrix = rememberMatrices(tensors);
  const fourier = createFourierMatrix(gpu, fftSize);
  const width = magnitudeWidth(fftSize);
  const bins = fftSize / 2 + 1;
  const filters = createPaddedMatrix(
    gpu,
    "mel filters",
    melFilters(fftSize, mels, sampleRateHz),
    bins,
    width,
  );
  /** -> [frames, mels] */
  const addMel = async (scoped: Gpu, net: ClipLayers, samples: Float32Array, frames: number) => {
    const { window } = net;
    const result = net.rows(width);
    const bands = net.rows(mels);
    const wave = createVectors(scoped, "samples", samples);
    const sizes = { fftSize, hopSize, rate: 1, isLog: false };
    net.add(...(await createMagnitudes(scoped, sizes, frames, { window, samples: wave, fourier, result })));
    const noBias = createVectors(scoped, "no bias", new Float32Array(mels));
    const buffers = { window, weights: filters, vectors: noBias, source: result, result: bands };
    net.add(await createConv1d(scoped, "mel", { channels: width, outputs: mels, rate: 1 }, buffers));
    return net.kernel("log-mel", [frames * mels], [bands], frames * mels, 1);
  };
  return (samples) =>
    createFreeable(gpu, async (scoped) => {
      const hops = Math.floor(samples.length / hopSize);
      const frames = hops - fftSize / hopSize + 1;
      const net = createClipLayers(scoped, { ...tensors, matrix }, frames);
      const mel = await addMel(scoped, net, samples.subarray(0, hops * hopSize), frames);
      const inputSizes = { channels: mels, outputs: channels, taps: 5, back: 2, activation: "relu" } as const;
      let x = await net.norm("norm", await net.conv("input", mel, inputSizes), channels);
      const joined = net.rows(DILATIONS.length * channels);
      for (const [index, dilation] of DILATIONS.entries()) {
        x = await addBlock(net, `blocks.${index}`, x, { channels, dilation, frames });
        const part = { buffer: joined, pitch: DILATIONS.length * channels, first: index * channels };
        await net.slice(channels, part, whole(x, channels));
      }
      const joinSizes = {
        channels: DILATIONS.length * channels,
        outputs: pooled,
        activation: "relu",
      } as const;
      const summary = await addPooling(net, await net.conv("join", joined, joinSizes), pooled, frames);
      const normed = await net.norm("pool_norm", summary, 2 * pooled, 1);
      const result = await net.conv("output", normed, { channels: 2 * pooled, outputs: 2 * dim }, 1);
      await tensors.upload();
      return {
        dispatches: net.dispatches(),
        result,
        bytes: 2 * dim * 4,
        posterior: (output) => ({
          mean: output.slice(0, dim),
          logScale: output.slice(dim, 2 * dim).map(clampLogScale),
        }),
      };
    });
}

function clampLogScale(value: number): number {
  return Math.min(Math.max(value, LOG_SCALE_MIN), LOG_SCALE_MAX);
}

function whole(buffer: GPUBuffer, columns: number) {
  return { buffer, pitch: columns, first: 0 };
}

/** Res2 group convolutions between two linear layers, squeeze and excitation, residual. x, result: [frames, channels] */
async function addBlock(
  net: ClipLayers,
  name: string,
  x: GPUBuffer,
  {
    channels,
    dilation,
    frames,
  }: { readonly channels: number; readonly dilation: number; readonly frames: number },
): Promise<GPUBuffer> {
  const width = channels / RES2_GROUPS;
  const square = { channels, outputs: channels, activation: "relu" } as const;
  const parts = await net.norm(`${name}.norm_in`, await net.conv(`${name}.input`, x, square), channels);
  const made = net.rows(channels);
  const part = (buffer: GPUBuffer, group: number) => ({ buffer, pitch: channels, first: group * width });
  await net.slice(width, part(made, 0), part(parts, 0));
  let before: GPUBuffer | undefined;
  for (let group = 1; group < RES2_GROUPS; group++) {
    const joined = net.rows(width);
    await net.slice(width, whole(joined, width), part(parts, group), before && whole(before, width));
    const sizes = {
      channels: width,
      outputs: width,
      taps: 3,
      dilation,
      back: dilation,
      activation: "relu",
    } as const;
    before = await net.conv(`${name}.groups.${group - 1}`, joined, sizes);
    await net.slice(width, part(made, group), whole(before, width));
  }
  const change = await net.norm(`${name}.norm_out`, await net.conv(`${name}.output`, made, square), channels);
  const means = await addTimeStatistics(net, change, frames, channels);
  const squeezed = await net.conv(
    `${name}.squeeze`,
    means,
    { channels, outputs: channels / 4, activation: "relu" },
    1,
  );
  const gate = await net.conv(
    `${name}.excite`,
    squeezed,
    { channels: channels / 4, outputs: channels, activation: "sigmoid" },
    1,
  );
  const count = frames * channels;
  return net.kernel("gate-add", [channels, count], [x, change, gate], count, Math.ceil(count / 64));
}

/** [frames, channels] -> means and deviations [2, channels] */
function addTimeStatistics(
  net: ClipLayers,
  source: GPUBuffer,
  frames: number,
  channels: number,
): Promise<GPUBuffer> {
  return net.kernel("time-statistics", [frames, channels], [source], 2 * channels, channels, [
    "workgroup-sum",
  ]);
}

/** Attentive statistics: [frames, pooled] -> [2 * pooled]. */
async function addPooling(
  net: ClipLayers,
  source: GPUBuffer,
  pooled: number,
  frames: number,
): Promise<GPUBuffer> {
  const context = net.rows(3 * pooled);
  const overall = await addTimeStatistics(net, source, frames, pooled);
  await net.slice(pooled, { buffer: context, pitch: 3 * pooled, first: 0 }, whole(source, pooled));
  await net.slice(
    2 * pooled,
    { buffer: context, pitch: 3 * pooled, first: pooled },
    { buffer: overall, pitch: 0, first: 0 },
  );
  const hidden = await net.conv("attend_hidden", context, {
    channels: 3 * pooled,
    outputs: ATTENTION_WIDTH,
    activation: "tanh",
  });
  const scores = await net.conv("attend", hidden, { channels: ATTENTION_WIDTH, outputs: pooled });
  return net.kernel("attentive-statistics", [frames, pooled], [source, scores], 2 * pooled, pooled, [
    "workgroup-sum",
  ]);
}
