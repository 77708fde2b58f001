/** What the manifest says of encoder and decoder (weights/FORMAT.md): each is of one of two kinds, with sizes of its own. */
import { arrayOf, byKind, exactly, integer, number, object, optional, type Parser } from "./parse.ts";
import { product } from "./product.ts";
import type { Relation } from "./speaker-sizes.ts";

/** Frequency-domain source-filter synthesis. Arrays have one entry per stage; `strides` one per step between stages. */
export interface SourceFilterSizes {
  readonly kind: "source-filter";
  readonly fftSize: number;
  readonly hopSize: number;
  readonly inputKernel: number;
  readonly channels: readonly number[];
  readonly hidden: readonly number[];
  readonly kernels: readonly number[];
  readonly blocks: readonly number[];
  readonly strides: readonly number[];
  /** Of the network that reads the pitch from the latents; none in weights made before there was one. */
  readonly pitchHidden?: number | undefined;
  /** Length of the noise table in hops. */
  readonly noiseHops: number;
  /** Latents by which the sound comes later than its latents; at least 1. */
  readonly delayLatents: number;
  /** Floats carried from one chunk to the next. */
  readonly stateSize: number;
  /** The last float of the state is the breath (SentenceRequest), so that all voices can whisper; missing in older weights. */
  readonly breath?: true | undefined;
}

/** The decoder of the official release: alias-free Snakes, waveform out. Channels halve with every stage. */
export interface BigVganSizes {
  readonly kind: "bigvgan";
  /** Of the first convolution's result. */
  readonly channels: number;
  /** Odd. */
  readonly inputKernel: number;
  /** The stages' factors. */
  readonly rates: readonly number[];
  readonly blockKernels: readonly number[];
  readonly blockDilations: readonly number[];
  /** Of the low-pass of the alias-free Snake, even, at most MOST_TAPS. */
  readonly filterTaps: number;
  /** Latents by which the sound comes later than its latents: what the network sees ahead. */
  readonly delayLatents: number;
  /** Floats carried from one chunk to the next. */
  readonly stateSize: number;
}

export type DecoderSizes = SourceFilterSizes | BigVganSizes;

/** Residual blocks between the strided convolutions of a SpectrumEncoder; one entry per stage. */
export interface TrunkSizes {
  readonly channels: readonly number[];
  readonly blocks: readonly number[];
}

/** Log spectrum, residual blocks, strided convolutions. Arrays as in SourceFilterSizes. */
export interface SpectrumEncoderSizes extends TrunkSizes {
  readonly kind: "spectrum";
  readonly fftSize: number;
  readonly hopSize: number;
  readonly strides: readonly number[];
  /** A second trunk with the same strides, whose result is added; none in weights made before there was one. */
  readonly pitch?: TrunkSizes | undefined;
  readonly logScaleMin: number;
  readonly logScaleMax: number;
}

/** The encoder of the official release: strided convolutions on the waveform, dilated residual layers after each. */
export interface WaveformEncoderSizes {
  readonly kind: "waveform";
  /** Of the first convolution's result, then of every stage's. */
  readonly channels: readonly number[];
  /** Samples or places that become one, of every stage. */
  readonly rates: readonly number[];
  /** Residual layers of a stage; the dilation doubles from one to the next. */
  readonly layers: number;
  readonly logScaleMin: number;
  readonly logScaleMax: number;
}

export type EncoderSizes = SpectrumEncoderSizes | WaveformEncoderSizes;

/** Number of shaders/alias-free-snake.wgsl. */
const MOST_TAPS = 32;

const positive = integer(1);
const sizes = arrayOf(positive);

export const decoderSizes: Parser<DecoderSizes> = byKind<DecoderSizes>({
  "source-filter": object<SourceFilterSizes>({
    kind: exactly("source-filter"),
    fftSize: positive,
    hopSize: positive,
    inputKernel: positive,
    channels: sizes,
    hidden: sizes,
    kernels: sizes,
    blocks: sizes,
    strides: sizes,
    pitchHidden: optional(positive),
    noiseHops: positive,
    delayLatents: positive,
    stateSize: positive,
    breath: optional(exactly(true)),
  }),
  bigvgan: object<BigVganSizes>({
    kind: exactly("bigvgan"),
    channels: positive,
    inputKernel: positive,
    rates: sizes,
    blockKernels: sizes,
    blockDilations: sizes,
    filterTaps: integer(2),
    delayLatents: positive,
    stateSize: positive,
  }),
});

export const encoderSizes: Parser<EncoderSizes> = byKind<EncoderSizes>(
  {
    spectrum: object<SpectrumEncoderSizes>({
      kind: exactly("spectrum"),
      fftSize: positive,
      hopSize: positive,
      channels: sizes,
      blocks: sizes,
      strides: sizes,
      pitch: optional(object<TrunkSizes>({ channels: sizes, blocks: sizes })),
      logScaleMin: number(),
      logScaleMax: number(),
    }),
    waveform: object<WaveformEncoderSizes>({
      kind: exactly("waveform"),
      channels: sizes,
      rates: sizes,
      layers: positive,
      logScaleMin: number(),
      logScaleMax: number(),
    }),
  },
  "spectrum",
);

/** Whole latents that a sample of the BigVGAN-style decoder depends on ahead of it. */
export function lookAheadLatents({
  inputKernel,
  rates,
  blockDilations,
  filterTaps,
}: Pick<BigVganSizes, "inputKernel" | "rates" | "blockDilations" | "filterTaps">): number {
  const reach = filterTaps / 2 - 1;
  const ofBlocks = rates.reduce(
    (ahead, rate) => ahead * rate + 2 * blockDilations.length * reach,
    (inputKernel - 1) / 2,
  );
  return Math.ceil((ofBlocks + reach) / product(rates));
}

export function decoderRelations(decoder: DecoderSizes, samplesPerLatent: number): readonly Relation[] {
  return decoder.kind === "bigvgan"
    ? bigVganRelations(decoder, samplesPerLatent)
    : sourceFilterRelations(decoder, samplesPerLatent);
}

const PER_STAGE = "one entry per entry of encoder.channels";

export function encoderRelations(encoder: EncoderSizes, samplesPerLatent: number): readonly Relation[] {
  const { channels } = encoder;
  if (encoder.kind === "waveform") {
    return [
      [
        "encoder.rates",
        encoder.rates.length === channels.length - 1,
        "one entry per step between encoder.channels",
      ],
      ["encoder.rates", product(encoder.rates) === samplesPerLatent, "product = samplesPerLatent"],
    ];
  }
  const { strides, hopSize, pitch } = encoder;
  return [
    ["encoder.blocks", encoder.blocks.length === channels.length, PER_STAGE],
    ...(pitch
      ? ([
          ["encoder.pitch.channels", pitch.channels.length === channels.length, PER_STAGE],
          ["encoder.pitch.blocks", pitch.blocks.length === channels.length, PER_STAGE],
        ] as const)
      : []),
    [
      "encoder.strides",
      strides.length === channels.length - 1,
      "one entry per step between encoder.channels",
    ],
    [
      "encoder.strides",
      product(strides) * hopSize === samplesPerLatent,
      "product * hopSize = samplesPerLatent",
    ],
  ];
}

function sourceFilterRelations(
  { channels, hidden, kernels, blocks, strides, hopSize }: SourceFilterSizes,
  samplesPerLatent: number,
): readonly Relation[] {
  const stages = channels.length;
  return [
    ["decoder.hidden", hidden.length === stages, "one entry per entry of decoder.channels"],
    ["decoder.kernels", kernels.length === stages, "one entry per entry of decoder.channels"],
    ["decoder.blocks", blocks.length === stages, "one entry per entry of decoder.channels"],
    ["decoder.strides", strides.length === stages - 1, "one entry per step between decoder.channels"],
    [
      "decoder.strides",
      product(strides) * hopSize === samplesPerLatent,
      "product * hopSize = samplesPerLatent",
    ],
  ];
}

function bigVganRelations(decoder: BigVganSizes, samplesPerLatent: number): readonly Relation[] {
  const { channels, inputKernel, rates, filterTaps, delayLatents } = decoder;
  const ahead = lookAheadLatents(decoder);
  return [
    ["decoder.rates", product(rates) === samplesPerLatent, "product = samplesPerLatent"],
    [
      "decoder.channels",
      channels % 2 ** rates.length === 0,
      "a multiple of 2 to the number of decoder.rates",
    ],
    ["decoder.inputKernel", inputKernel % 2 === 1, "odd numbers"],
    [
      "decoder.filterTaps",
      filterTaps % 2 === 0 && filterTaps <= MOST_TAPS,
      `even numbers up to ${MOST_TAPS}`,
    ],
    ["decoder.delayLatents", delayLatents === ahead, `${ahead}, which the other sizes look ahead`],
  ];
}
