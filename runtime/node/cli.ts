/**
 * The command line. `say` turns text into a WAV, `clone` a recording into a voice, `shrink` weights into smaller ones; --help
 * prints their options.
 */
import { addAbortSignal } from "node:stream";
import { fileURLToPath } from "node:url";
import { runClone } from "./clone.ts";
import { cloneHelp } from "./clone-options.ts";
import { packageVersion } from "./package-version.ts";
import { runSay } from "./say.ts";
import { sayHelp } from "./say-help.ts";
import type { SayIo } from "./say-io.ts";
import { runShrink, shrinkHelp } from "./shrink.ts";

const USAGE = 'usage: kalliope say "<line>" [options], or say --help; or clone --help; or shrink --help';
const WRONG_USAGE = 2;

/** Signals that ask a command to stop; it removes its unfinished files first. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function processIo(): Promise<SayIo> {
  const stop = new AbortController();
  for (const signal of STOP_SIGNALS) process.on(signal, () => stop.abort());
  process.stdout.on("error", () => undefined); // whoever reads a pipe may leave before the report
  return {
    // Imported when needed: the model's runtime and the dictionary are large, and a bad option needs neither.
    createSynthesizer: async (options) => (await import("../index.ts")).createSynthesizer(options),
    requestGpu: async () => (await import("./node-gpu.ts")).requestNodeGpu(),
    stdin: stdinUntil(stop.signal),
    stdout: process.stdout,
    stderr: process.stderr,
    nowMs: () => performance.now(),
    now: () => new Date(),
    signal: stop.signal,
    version: await packageVersion(),
    weightsFolder: fileURLToPath(new URL("../../weights/small", import.meta.url)),
  };
}

/** Standard input, which an abort ends: reading it would otherwise outlast Ctrl-C. */
async function* stdinUntil(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield* addAbortSignal(signal, process.stdin);
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  if (command === "say") return runSay(args, await processIo());
  if (command === "clone") return runClone(args, await processIo());
  if (command === "shrink") return runShrink(args, await processIo());
  if (command === "--help" || command === "-h") {
    process.stdout.write(`${sayHelp()}\n${cloneHelp()}\n${shrinkHelp()}`);
    return 0;
  }
  process.stderr.write(`kalliope: unknown command ${JSON.stringify(command ?? "")}; ${USAGE}\n`);
  return WRONG_USAGE;
}

process.exitCode = await main(process.argv.slice(2));
