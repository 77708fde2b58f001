import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { runClone } from "../../runtime/node/clone.ts";
import { runSay } from "../../runtime/node/say.ts";
import { runShrink } from "../../runtime/node/shrink.ts";
import type { SayIo } from "../../runtime/node/say-io.ts";
import { fakeSynthesizer } from "./fake-synthesizer.ts";

/** The small test model. */
export const TINY_WEIGHTS = fileURLToPath(new URL("../fixtures/tiny", import.meta.url));

/** What a command left behind. */
export interface SayOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kalliope-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `say` in this process with a fake model, the tiny weights and nothing on standard input, unless told. */
export function runFakeSay(args: readonly string[], io: Partial<SayIo> = {}): Promise<SayOutcome> {
  return runFake(runSay, args, io);
}

/** The same for `clone`. */
export function runFakeClone(args: readonly string[], io: Partial<SayIo> = {}): Promise<SayOutcome> {
  return runFake(runClone, args, io);
}

/** The same for `shrink`. */
export function runFakeShrink(args: readonly string[], io: Partial<SayIo> = {}): Promise<SayOutcome> {
  return runFake(runShrink, args, io);
}

async function runFake(run: typeof runSay, args: readonly string[], io: Partial<SayIo>): Promise<SayOutcome> {
  const written = { stdout: "", stderr: "" };
  let clockMs = 0;
  const code = await run(args, {
    createSynthesizer: fakeSynthesizer().create,
    requestGpu: () => Promise.reject(new Error("no GPU is asked for here")),
    stdin: inputOf(),
    stdout: { write: (text) => void (written.stdout += text) },
    stderr: { isTTY: false, write: (text) => void (written.stderr += text) },
    nowMs: () => (clockMs += 10),
    now: () => new Date("2026-03-01T12:00:00Z"),
    signal: new AbortController().signal,
    version: "1.2.3",
    weightsFolder: TINY_WEIGHTS,
    ...io,
  });
  return { code, ...written };
}

/** Standard input that gives these pieces. */
export async function* inputOf(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield new TextEncoder().encode(piece);
}
