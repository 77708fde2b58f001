import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { FileEntry } from "../manifest.ts";
import { FEWEST_BITS, MOST_BITS, shrinkTensors } from "../shrink.ts";
import { loadWeights } from "../weights.ts";
import { createAtomicFile } from "./atomic-file.ts";
import { FileError, fileReason, UsageError } from "./command-errors.ts";
import { helpRows, type OptionRow, splitOptions, textOf, wholeNumberOf } from "./options.ts";
import { readWeightsFrom } from "./read-files.ts";
import { runCommand } from "./run-command.ts";
import type { SayIo } from "./say-io.ts";

const SHRINK_OPTIONS = {
  out: { value: "<folder>", help: "where the smaller weights go; made when it is missing" },
  bits: {
    value: "<number>",
    help: `bits of a weight, ${FEWEST_BITS} to ${MOST_BITS}. Defaults to ${MOST_BITS}; fewer are smaller and cost quality`,
  },
  weights: { value: "<folder>", help: "another model. Defaults to the one that comes with Kalliope" },
  help: { short: "h", help: "print this table" },
} as const satisfies Record<string, OptionRow>;

const MANIFEST = "manifest.json";

/**
 * Runs `shrink` with the arguments after that word: a weights folder with its tensors in half the bytes or fewer (shrink.ts).
 * Whatever goes wrong is one line on stderr, never a throw; the manifest is written last.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted
 */
export function runShrink(args: readonly string[], io: SayIo): Promise<number> {
  return runCommand(io, async () => {
    const { values, positionals } = splitOptions(args, SHRINK_OPTIONS);
    const out = textOf(values, "out");
    const bits = wholeNumberOf("bits", textOf(values, "bits"), FEWEST_BITS, MOST_BITS) ?? MOST_BITS;
    if (values["help"] === true) io.stdout.write(shrinkHelp());
    else if (positionals.length > 0)
      throw new UsageError(`"${positionals.join(" ")}" is no option of shrink`);
    else if (out === undefined) throw new UsageError(`--out is missing: ${SHRINK_OPTIONS.out.help}`);
    else await shrink(textOf(values, "weights") ?? io.weightsFolder, out, bits, io);
    return 0;
  });
}

async function shrink(folder: string, out: string, bits: number, { signal, stdout }: SayIo): Promise<void> {
  if (relative(folder, out) === "")
    throw new UsageError("--out is the folder of the weights: choose another");
  const { manifest, read } = await loadWeights(readWeightsFrom(folder), []);
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw new FileError(`cannot make ${out}: ${fileReason(error)}`);
  });
  const files: Record<string, FileEntry> = {};
  let before = 0;
  for (const [name, entry] of Object.entries(manifest.files)) {
    signal.throwIfAborted();
    const whole = await read(name);
    const bytes = isTensors(name) ? shrinkTensors(whole, name, bits) : whole;
    await writeFile(join(out, name), bytes);
    before += whole.length;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const origin = isTensors(name) ? { shrunkenFrom: entry.shrunkenFrom ?? entry.sha256 } : {};
    files[name] = { bytes: bytes.length, sha256, ...origin };
  }
  const smaller = { ...manifest, name: `${manifest.name}-int${bits}`, files };
  await writeFile(join(out, MANIFEST), new TextEncoder().encode(`${JSON.stringify(smaller, null, 1)}\n`));
  const after = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
  stdout.write(`${out}: ${megabytes(after)} MB, of ${megabytes(before)} MB\n`);
}

function isTensors(name: string): boolean {
  return name.endsWith(".safetensors");
}

async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await createAtomicFile(path);
  try {
    await file.append(bytes);
    await file.commit();
  } finally {
    await file.discard();
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** The text of `shrink --help`. */
export function shrinkHelp(): string {
  return [
    "usage: npm run shrink -- --out weights/small-int8",
    '       npm run say -- --weights weights/small-int8 "Halt! Who goes there?"',
    "",
    ...helpRows(SHRINK_OPTIONS),
    "",
    "Exit codes: 0 done, 1 the weights could not be shrunken, 2 wrong usage, 130 interrupted.",
    "",
  ].join("\n");
}
