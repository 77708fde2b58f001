import { type Consent, consentFromStatement, consentStatement } from "../adapt/consent.ts";
import { LEARN_SETTINGS } from "../adapt/learn-settings.ts";
import { UsageError } from "./command-errors.ts";
import { helpRows, type OptionRow, splitOptions, textOf, wholeNumberOf } from "./options.ts";

export interface CloneOptions {
  /** The recording, a WAV. */
  readonly audio: string;
  /** What is said in it. */
  readonly text: string;
  readonly consent: Consent;
  readonly out: string;
  readonly name: string;
  /** Steps of training at most. */
  readonly steps: number;
  readonly lexicon: string | undefined;
  readonly threads: number;
  /** Undefined: the weights of the package. */
  readonly weights: string | undefined;
  readonly json: boolean;
}

const STEPS_MAX = 10_000;
const THREADS_MAX = 64;

export const CLONE_OPTIONS = {
  audio: { value: "<wav>", help: "3 to 30 s of one person who speaks, without noise or music" },
  text: { value: "<words>", help: "what is said in it, word for word" },
  consent: { value: "<sentence>", help: `of the speaker: "${consentStatement("<name>")}"` },
  out: { value: "<voice>", help: "the file to write. Defaults to out.voice" },
  name: { value: "<name>", help: "what the voice is called. Defaults to the speaker's name" },
  steps: { value: "<number>", help: `steps of training at most. Defaults to ${LEARN_SETTINGS.steps}` },
  lexicon: { value: "<json>", help: 'pronunciations, such as {"Whiterun": "W AY1 T R AH0 N"}' },
  threads: { value: "<number>", help: "1 to 64. Defaults to 1" },
  weights: { value: "<folder>", help: "another model. Defaults to the one that comes with Kalliope" },
  json: { help: "print the result as JSON" },
  help: { short: "h", help: "print this table" },
} as const satisfies Record<string, OptionRow>;

/**
 * Reads the arguments after `clone`.
 * @param now when the consent is given
 * @returns "help" when the table was asked for
 * @throws UsageError that says what is wrong and what is allowed
 * @throws ConsentError with the sentence to give when the consent is missing or another one
 */
export function parseCloneOptions(args: readonly string[], now: Date): CloneOptions | "help" {
  const { values, positionals } = splitOptions(args, CLONE_OPTIONS);
  if (values["help"] === true) return "help";
  if (positionals.length > 0) {
    throw new UsageError(
      `"${positionals.join(" ")}" is no option; the words of the recording go after --text, in quotes`,
    );
  }
  const text = (name: keyof typeof CLONE_OPTIONS) => textOf(values, name);
  const needed = (name: "audio" | "text") => {
    const given = text(name);
    if (given !== undefined) return given;
    throw new UsageError(`--${name} is missing: ${CLONE_OPTIONS[name].help}`);
  };
  const required = { audio: needed("audio"), text: needed("text") };
  const consent = consentFromStatement(text("consent") ?? "", now);
  return {
    ...required,
    consent,
    out: text("out") ?? "out.voice",
    name: text("name") ?? consent.speaker,
    steps: wholeNumberOf("steps", text("steps"), 1, STEPS_MAX) ?? LEARN_SETTINGS.steps,
    lexicon: text("lexicon"),
    threads: wholeNumberOf("threads", text("threads"), 1, THREADS_MAX) ?? 1,
    weights: text("weights"),
    json: values["json"] === true,
  };
}

/** The text of `clone --help`. */
export function cloneHelp(): string {
  return [
    'usage: npm run clone -- --audio me.wav --text "what I said" --consent "..." --out me.voice',
    '       npm run say -- --adapter me.voice "Halt! Who goes there?"',
    "",
    ...helpRows(CLONE_OPTIONS),
    "",
    "Exit codes: 0 done, 1 the voice could not be learned, 2 wrong usage, 130 interrupted.",
    "",
  ].join("\n");
}
