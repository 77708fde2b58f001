/**
 * The manifest of a weights folder (weights/FORMAT.md): every size of the model, the rules of speech and the expected
 * files. Parsing is strict, so that a manifest of another version or with a typo is refused at load and not heard later.
 */
import {
  decoderRelations,
  decoderSizes,
  encoderRelations,
  encoderSizes,
  type DecoderSizes,
  type EncoderSizes,
} from "./autoencoder-sizes.ts";
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
  optional,
  recordOf,
  text,
  type Parser,
} from "./parse.ts";
import { speakerRelations, speakerSizes, type Relation, type SpeakerSizes } from "./speaker-sizes.ts";
import { STYLE_NAMES, type StyleName } from "./styles.ts";

export type {
  BigVganSizes,
  DecoderSizes,
  EncoderSizes,
  SourceFilterSizes,
  SpectrumEncoderSizes,
  WaveformEncoderSizes,
} from "./autoencoder-sizes.ts";
export type { ClearRange, SpeakerComponent, SpeakerSizes, TraitFit, TraitName } from "./speaker-sizes.ts";

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
  /** Of a shrunken file (shrink.ts): the sha256 of the file it was made from. */
  readonly shrunkenFrom?: string | undefined;
}

/** Any model of the family. Without a speaker encoder it has no voices, and is not one that speaks here. */
export interface ModelManifest {
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
  readonly speaker: SpeakerSizes | null;
  /** Symbol of every id; id 0 is `<pad>`. */
  readonly symbols: readonly string[];
  /** What the model can do beside neutral speech, in the order in which it is told of it (styles.ts). */
  readonly styles: readonly StyleName[];
  readonly stop: StopRule;
  readonly sampling: { readonly temperature: number };
  readonly files: Readonly<Record<string, FileEntry>>;
}

/** A model with voices. */
export interface Manifest extends ModelManifest {
  readonly speaker: SpeakerSizes;
}

const positive = integer(1);
const sha256 = text(/^[\da-f]{64}$/);

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

const manifest: Parser<ModelManifest> = object<ModelManifest>({
  format: exactly("kalliope-weights"),
  version: exactly(1),
  name: text(/^.+$/),
  sampleRateHz: positive,
  samplesPerLatent: positive,
  latentDim: positive,
  languageModel,
  decoder: decoderSizes,
  encoder: encoderSizes,
  flow: object<FlowSizes>({ couplings: positive, hidden: positive, layers: positive, kernel: positive }),
  speaker: nullable(speakerSizes),
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
  files: recordOf(object<FileEntry>({ bytes: positive, sha256, shrunkenFrom: optional(sha256) })),
});

function relations(m: ModelManifest): readonly Relation[] {
  const { languageModel: lm, samplesPerLatent, speaker } = m;
  return [
    ["languageModel.heads", lm.dim % lm.heads === 0, "a divisor of languageModel.dim"],
    ["languageModel.kvHeads", lm.heads % lm.kvHeads === 0, "a divisor of languageModel.heads"],
    [
      "stop.maxAge",
      lm.pointer === null || m.stop.maxAge < lm.pointer.ages,
      "below languageModel.pointer.ages",
    ],
    ...decoderRelations(m.decoder, samplesPerLatent),
    ...encoderRelations(m.encoder, samplesPerLatent),
    ...(speaker === null ? [] : speakerRelations(speaker)),
    ["styles", speaker !== null || m.styles.length === 0, "none without a speaker"],
    [
      "symbols",
      m.symbols[0] === "<pad>" && new Set(m.symbols).size === m.symbols.length,
      "distinct, <pad> first",
    ],
    ["styles", new Set(m.styles).size === m.styles.length, "distinct names"],
  ];
}

/**
 * Reads the text of the manifest.json of a model that speaks.
 * @throws WeightsError naming the key path, what was given and what is allowed, for text that is not JSON, an unknown or
 * missing key, another version, a value out of range, sizes that contradict each other, or a model without speaker encoder
 */
export function parseManifest(json: string): Manifest {
  const model = parseModelManifest(json);
  const { speaker } = model;
  if (speaker !== null) return { ...model, speaker };
  throw new WeightsError(
    `The weights "${model.name}" have no speaker encoder ("speaker" is null), so there are no voices to speak with. ` +
      `Use weights with one, such as weights/small.`,
  );
}

/** As parseManifest, for any model of the family. @throws WeightsError */
export function parseModelManifest(json: string): ModelManifest {
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
