/**
 * The manifest of a weights folder (weights/FORMAT.md): every size of the model, the rules of speech and the expected
 * files. Parsing is strict, so that a manifest of another version or with a typo is refused at load and not heard later.
 */
import { WeightsError } from "./errors.ts";
import {
  arrayOf,
  exactly,
  integer,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  recordOf,
  text,
  type Parser,
} from "./parse.ts";
import { speakerRelations, speakerSizes, type Relation, type SpeakerSizes } from "./speaker-sizes.ts";

export type { ClearRange, SpeakerComponent, SpeakerSizes, TraitFit, TraitName } from "./speaker-sizes.ts";
import { STYLE_NAMES, type StyleName } from "./styles.ts";

export interface RopeScaling {
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly originalMaxPosition: number;
}

/** The text pointer: its symbol window, how long it may rest (in frames, as an input) and how far it may jump. */
export interface PointerSizes {
  readonly windowBefore: number;
  readonly windowAfter: number;
  readonly ages: number;
  readonly maxAdvance: number;
}

export interface LanguageModelSizes {
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly ffnDim: number;
  readonly normEps: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | null;
  readonly logScaleMin: number;
  readonly logScaleMax: number;
  readonly prefixAttention: "bidirectional" | "causal";
  readonly pointer: PointerSizes | null;
}

/** Arrays have one entry per stage; `strides` one per step between stages. */
export interface DecoderSizes {
  readonly kind: "source-filter";
  readonly fftSize: number;
  readonly hopSize: number;
  readonly inputKernel: number;
  readonly channels: readonly number[];
  readonly hidden: readonly number[];
  readonly kernels: readonly number[];
  readonly blocks: readonly number[];
  readonly strides: readonly number[];
  /** Length of the noise table in hops. */
  readonly noiseHops: number;
  /** Latents by which the sound comes later than its latents; at least 1. */
  readonly delayLatents: number;
  /** Floats carried from one chunk to the next. */
  readonly stateSize: number;
}

export interface EncoderSizes {
  readonly fftSize: number;
  readonly hopSize: number;
  readonly channels: readonly number[];
  readonly blocks: readonly number[];
  readonly strides: readonly number[];
  readonly logScaleMin: number;
  readonly logScaleMax: number;
}

export interface FlowSizes {
  readonly couplings: number;
  readonly hidden: number;
  readonly layers: number;
  readonly kernel: number;
}

/** When a sentence ends: see speech/stop-rule.ts and speech/pointer.ts. */
export interface StopRule {
  readonly klThreshold: number;
  readonly targetMean: number;
  readonly targetLogScale: number;
  readonly restFrames: number;
  readonly maxAge: number;
}

export interface FileEntry {
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface Manifest {
  readonly format: "kalliope-weights";
  readonly version: 1;
  readonly name: string;
  readonly sampleRateHz: number;
  readonly samplesPerLatent: number;
  readonly latentDim: number;
  readonly languageModel: LanguageModelSizes;
  readonly decoder: DecoderSizes;
  readonly encoder: EncoderSizes;
  readonly flow: FlowSizes;
  readonly speaker: SpeakerSizes;
  /** Symbol of every id; id 0 is `<pad>`. */
  readonly symbols: readonly string[];
  /** What the model can do beside neutral speech, in the order in which it is told of it (styles.ts). */
  readonly styles: readonly StyleName[];
  readonly stop: StopRule;
  readonly sampling: { readonly temperature: number };
  readonly files: Readonly<Record<string, FileEntry>>;
}

const positive = integer(1);
const sizes = arrayOf(positive);

const ropeScaling = object<RopeScaling>({
  factor: number(),
  lowFrequencyFactor: number(),
  highFrequencyFactor: number(),
  originalMaxPosition: positive,
});

const pointer = object<PointerSizes>({
  windowBefore: integer(0),
  windowAfter: integer(0),
  ages: positive,
  maxAdvance: positive,
});

const languageModel = object<LanguageModelSizes>({
  dim: positive,
  layers: positive,
  heads: positive,
  kvHeads: positive,
  ffnDim: positive,
  normEps: number(0),
  ropeTheta: number(0),
  ropeScaling: nullable(ropeScaling),
  logScaleMin: number(),
  logScaleMax: number(),
  prefixAttention: oneOf("bidirectional", "causal"),
  pointer: nullable(pointer),
});

const decoder = object<DecoderSizes>({
  kind: exactly("source-filter"),
  fftSize: positive,
  hopSize: positive,
  inputKernel: positive,
  channels: sizes,
  hidden: sizes,
  kernels: sizes,
  blocks: sizes,
  strides: sizes,
  noiseHops: positive,
  delayLatents: positive,
  stateSize: positive,
});

const encoder = object<EncoderSizes>({
  fftSize: positive,
  hopSize: positive,
  channels: sizes,
  blocks: sizes,
  strides: sizes,
  logScaleMin: number(),
  logScaleMax: number(),
});

const manifest: Parser<Manifest> = object<Manifest>({
  format: exactly("kalliope-weights"),
  version: exactly(1),
  name: text(/^.+$/),
  sampleRateHz: positive,
  samplesPerLatent: positive,
  latentDim: positive,
  languageModel,
  decoder,
  encoder,
  flow: object<FlowSizes>({ couplings: positive, hidden: positive, layers: positive, kernel: positive }),
  speaker: speakerSizes,
  symbols: arrayOf(text(/^.+$/)),
  styles: listOf(oneOf(...STYLE_NAMES)),
  stop: object<StopRule>({
    klThreshold: number(0),
    targetMean: number(),
    targetLogScale: number(),
    restFrames: integer(0),
    maxAge: integer(0),
  }),
  sampling: object({ temperature: number(0) }),
  files: recordOf(object<FileEntry>({ bytes: positive, sha256: text(/^[\da-f]{64}$/) })),
});

function relations(m: Manifest): readonly Relation[] {
  const { languageModel: lm, decoder: d, encoder: e, speaker } = m;
  const stages = d.channels.length;
  const product = (factors: readonly number[]) => factors.reduce((a, b) => a * b, 1);
  return [
    ["languageModel.heads", lm.dim % lm.heads === 0, "a divisor of languageModel.dim"],
    ["languageModel.kvHeads", lm.heads % lm.kvHeads === 0, "a divisor of languageModel.heads"],
    [
      "stop.maxAge",
      lm.pointer === null || m.stop.maxAge < lm.pointer.ages,
      "below languageModel.pointer.ages",
    ],
    ["decoder.hidden", d.hidden.length === stages, "one entry per entry of decoder.channels"],
    ["decoder.kernels", d.kernels.length === stages, "one entry per entry of decoder.channels"],
    ["decoder.blocks", d.blocks.length === stages, "one entry per entry of decoder.channels"],
    ["decoder.strides", d.strides.length === stages - 1, "one entry per step between decoder.channels"],
    [
      "decoder.strides",
      product(d.strides) * d.hopSize === m.samplesPerLatent,
      "product * hopSize = samplesPerLatent",
    ],
    ["encoder.blocks", e.blocks.length === e.channels.length, "one entry per entry of encoder.channels"],
    [
      "encoder.strides",
      e.strides.length === e.channels.length - 1,
      "one entry per step between encoder.channels",
    ],
    [
      "encoder.strides",
      product(e.strides) * e.hopSize === m.samplesPerLatent,
      "product * hopSize = samplesPerLatent",
    ],
    ...speakerRelations(speaker),
    [
      "symbols",
      m.symbols[0] === "<pad>" && new Set(m.symbols).size === m.symbols.length,
      "distinct, <pad> first",
    ],
    ["styles", new Set(m.styles).size === m.styles.length, "distinct names"],
  ];
}

/**
 * Reads the text of a manifest.json.
 * @throws WeightsError naming the key path, what was given and what is allowed, for text that is not JSON, an unknown or
 * missing key, another version, a value out of range, or sizes that contradict each other
 */
export function parseManifest(json: string): Manifest {
  const parsed = manifest(parseJson(json), "");
  const broken = relations(parsed).find(([, holds]) => !holds);
  if (broken === undefined) return parsed;
  throw new WeightsError(
    `manifest.json: "${broken[0]}" contradicts the other sizes; allowed: ${broken[2]}. Export the weights again.`,
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new WeightsError(
      `manifest.json is not JSON (it starts with ${JSON.stringify(json.slice(0, 40))}). ` +
        `Check that the path leads to a weights folder and not to an error page.`,
      { cause },
    );
  }
}
