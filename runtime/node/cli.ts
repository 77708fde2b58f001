/** The command line. `say` turns text into a WAV; run it with --help for its options. */
import { fileURLToPath } from "node:url";
import { createSynthesizer } from "../index.ts";
import { packageVersion } from "./package-version.ts";
import { runSay, type SayIo } from "./say.ts";
import { sayHelp } from "./say-help.ts";

const USAGE = 'usage: kalliope say "<line>" [options], or say --help';
const WRONG_USAGE = 2;

/** Signals that ask a command to stop; it removes its unfinished files first. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function processIo(): Promise<SayIo> {
  const stop = new AbortController();
  for (const signal of STOP_SIGNALS) process.on(signal, () => stop.abort());
  return {
    createSynthesizer,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    nowMs: () => performance.now(),
    signal: stop.signal,
    version: await packageVersion(),
    weightsFolder: fileURLToPath(new URL("../../weights/small", import.meta.url)),
  };
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  if (command === "say") return runSay(args, await processIo());
  if (command === "--help" || command === "-h") {
    process.stdout.write(sayHelp());
    return 0;
  }
  process.stderr.write(`kalliope: unknown command ${JSON.stringify(command ?? "")}; ${USAGE}\n`);
  return WRONG_USAGE;
}

process.exitCode = await main(process.argv.slice(2));
