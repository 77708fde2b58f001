import { SPEED_MAX, SPEED_MIN } from "../speech/time-stretch.ts";
import { isStyleName, STYLE_NAMES, type StyleName } from "../styles.ts";
import { parseSeed } from "../voice/seed.ts";
import { UsageError } from "./command-errors.ts";
import { numberOf, type OptionRow, splitOptions, textOf, wholeNumberOf } from "./options.ts";

/** Where the words come from; `file` has one line a WAV. */
export type SaySource =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "stdin" }
  | { readonly kind: "file"; readonly path: string; readonly outDir: string };

export type SayBackend = "onnx" | "webgpu";

export interface SayOptions {
  readonly source: SaySource;
  /** The WAV of a single line. */
  readonly out: string;
  /** As written: decimal or 0x hexadecimal. */
  readonly seed: string;
  /** A recording to take the voice from, instead of the seed. */
  readonly reference: string | undefined;
  /** A learned voice, a file that `clone` wrote, instead of the seed. */
  readonly adapter: string | undefined;
  readonly speed: number;
  /** Undefined: the manifest's. */
  readonly temperature: number | undefined;
  readonly take: number;
  /** Undefined: what the text tells. The weights may not have it. */
  readonly style: StyleName | "neutral" | undefined;
  /** Of the style; undefined: the usual one. */
  readonly intensity: number | undefined;
  readonly timings: string | undefined;
  readonly lexicon: string | undefined;
  readonly backend: SayBackend;
  /** Of the onnx backend. */
  readonly threads: number;
  /** Undefined: the weights of the package. */
  readonly weights: string | undefined;
  readonly json: boolean;
}

export const SAY_OPTIONS = {
  seed: { value: "<number>", help: "the voice: 64 bit, decimal or 0x hexadecimal. Defaults to 1" },
  reference: { value: "<wav>", help: "the voice of a recording of 1 to 30 s, instead of a seed" },
  adapter: { value: "<voice>", help: "a voice that clone learned, instead of a seed" },
  out: { value: "<wav>", help: "the file to write. Defaults to out.wav" },
  speed: { value: "<factor>", help: `${SPEED_MIN} to ${SPEED_MAX}, pitch kept. Defaults to 1` },
  temperature: { value: "<number>", help: "0 to 1, how lively. Defaults to what the weights were tuned for" },
  take: {
    value: "<number>",
    help: "another reading of the line, where the temperature is above 0. Defaults to 0",
  },
  style: {
    value: "<name>",
    help: `${STYLE_NAMES.join(", ")} or neutral. Defaults to what the text tells`,
  },
  intensity: { value: "<number>", help: "how strong the style is, above 0 to 1. Defaults to 0.8" },
  timings: { value: "<json>", help: "write when each sentence, word, phoneme and viseme is heard" },
  lexicon: { value: "<json>", help: 'pronunciations, such as {"Whiterun": "W AY1 T R AH0 N"}' },
  file: { value: "<txt>", help: "say each line that is not empty, into numbered files; needs --out-dir" },
  "out-dir": { value: "<folder>", help: "where the files of --file go" },
  backend: { value: "<name>", help: "onnx, webgpu, or auto, which is onnx here. Defaults to auto" },
  threads: { value: "<number>", help: "1 to 64, for onnx. Defaults to 1" },
  weights: { value: "<folder>", help: "another model. Defaults to the one that comes with Kalliope" },
  json: { help: "print the result as JSON" },
  help: { short: "h", help: "print this table" },
} as const satisfies Record<string, OptionRow>;

type OptionName = keyof typeof SAY_OPTIONS;

const BACKENDS: Readonly<Record<string, SayBackend>> = { onnx: "onnx", webgpu: "webgpu", auto: "onnx" };
const LEAST_INTENSITY = 0.01;
const THREADS_MAX = 64;
const TAKE_MAX = 2 ** 32 - 1;

/**
 * Reads the arguments after `say`.
 * @returns "help" when the table was asked for
 * @throws UsageError that says what is wrong and what is allowed
 */
export function parseSayOptions(args: readonly string[]): SayOptions | "help" {
  const { values, positionals } = splitOptions(args, SAY_OPTIONS);
  if (values.help === true) return "help";
  const text = (name: OptionName) => textOf(values, name);
  const voices = (["seed", "reference", "adapter"] as const).filter((name) => text(name) !== undefined);
  if (voices.length > 1) {
    throw new UsageError(`--${voices.join(" and --")} both name a voice; give one of them`);
  }
  const backend = backendOf(text("backend") ?? "auto");
  if (backend === "webgpu" && text("threads") !== undefined) {
    throw new UsageError("--threads is for the onnx backend");
  }
  const style = styleOf(text("style"));
  if (text("intensity") !== undefined && (style === undefined || style === "neutral")) {
    throw new UsageError("--intensity needs --style, the style it is of");
  }
  return {
    source: sourceOf(positionals, text),
    out: text("out") ?? "out.wav",
    seed: seedOf(text("seed") ?? "1"),
    reference: text("reference"),
    adapter: text("adapter"),
    speed: numberOf("speed", text("speed"), SPEED_MIN, SPEED_MAX) ?? 1,
    temperature: numberOf("temperature", text("temperature"), 0, 1),
    take: wholeNumberOf("take", text("take"), 0, TAKE_MAX) ?? 0,
    style,
    intensity: numberOf("intensity", text("intensity"), LEAST_INTENSITY, 1),
    timings: text("timings"),
    lexicon: text("lexicon"),
    backend,
    threads: wholeNumberOf("threads", text("threads"), 1, THREADS_MAX) ?? 1,
    weights: text("weights"),
    json: values.json === true,
  };
}

function sourceOf(positionals: readonly string[], text: (name: OptionName) => string | undefined): SaySource {
  const path = text("file");
  const outDir = text("out-dir");
  if (path === undefined) {
    if (outDir !== undefined) throw new UsageError("--out-dir is for --file; a single line goes to --out");
    if (positionals.length === 0)
      throw new UsageError('nothing to say: give a line in quotes, "-", or --file');
    const said = positionals.join(" ");
    return said === "-" ? { kind: "stdin" } : { kind: "text", text: said };
  }
  if (positionals.length > 0) throw new UsageError("give either a line or --file, not both");
  if (outDir === undefined) throw new UsageError("--file needs --out-dir, the folder for its WAVs");
  if (text("out") !== undefined)
    throw new UsageError("--out is for a single line; with --file give --out-dir");
  return { kind: "file", path, outDir };
}

function backendOf(name: string): SayBackend {
  const backend = Object.hasOwn(BACKENDS, name) ? BACKENDS[name] : undefined;
  if (backend !== undefined) return backend;
  throw new UsageError(`--backend ${name} is not known; allowed: ${Object.keys(BACKENDS).join(", ")}`);
}

function styleOf(name: string | undefined): SayOptions["style"] {
  if (name === undefined || name === "neutral" || isStyleName(name)) return name;
  throw new UsageError(`--style ${name} is not known; allowed: neutral, ${STYLE_NAMES.join(", ")}`);
}

function seedOf(text: string): string {
  try {
    parseSeed(text);
    return text;
  } catch (error) {
    throw new UsageError(error instanceof Error ? `--seed: ${error.message}` : String(error));
  }
}
