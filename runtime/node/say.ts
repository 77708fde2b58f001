import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { KalliopeError, VoiceTextError } from "../errors.ts";
import type { createSynthesizer, SpeechOptions, Synthesizer } from "../index.ts";
import { FileError, fileReason, UsageError } from "./command-errors.ts";
import { createProgress, type MessageStream, type Progress } from "./progress.ts";
import { readLexicon, readLines, readReference, readStream, readWeightsFrom } from "./read-files.ts";
import { sayHelp } from "./say-help.ts";
import { parseSayOptions, type SayOptions, type SaySource } from "./say-options.ts";
import { batchReport, jsonReport, lineReport, type SayResult } from "./say-report.ts";
import { speakLine, type SpokenLine } from "./speak-line.ts";
import { openTimings, type TimingsFile } from "./timings.ts";
import { createWavFile } from "./wav-file.ts";

/** Everything `say` needs from outside, so that a test can stand in for it. */
export interface SayIo {
  readonly createSynthesizer: typeof createSynthesizer;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: { write(text: string): void };
  readonly stderr: MessageStream;
  /** A clock in milliseconds. */
  readonly nowMs: () => number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Goes into the files: the same version makes the same bytes. */
  readonly version: string;
  /** The weights used without --weights. */
  readonly weightsFolder: string;
}

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;
const INTERRUPTED = 130;

/**
 * Runs `say` with the arguments after that word. Whatever goes wrong is one line on stderr, never a throw.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted
 */
export async function runSay(args: readonly string[], io: SayIo): Promise<number> {
  try {
    const options = parseSayOptions(args);
    if (options !== "help") return await say(options, io);
    io.stdout.write(sayHelp());
    return DONE;
  } catch (error) {
    const interrupted = io.signal.aborted;
    io.stderr.write(`${oneLine(interrupted ? "interrupted; the unfinished file was removed" : error)}\n`);
    if (interrupted) return INTERRUPTED;
    return error instanceof UsageError ? WRONG_USAGE : FAILED;
  }
}

/** `kalliope: ` and a message without line breaks or control characters, which may come from a damaged file. */
function oneLine(error: unknown): string {
  const expected =
    error instanceof KalliopeError || error instanceof FileError || error instanceof UsageError;
  const message =
    error instanceof Error ? `${expected ? "" : "unexpected: "}${error.message}` : String(error);
  return `kalliope: ${message.replace(/[\s\p{Cc}]+/gu, " ").trim()}`;
}

async function say(options: SayOptions, io: SayIo): Promise<number> {
  const lines = await readSource(options.source, io);
  const lexicon = options.lexicon === undefined ? {} : await readLexicon(options.lexicon);
  const reference = options.reference === undefined ? undefined : await readReference(options.reference);
  for (const warning of reference?.warnings ?? []) io.stderr.write(`${oneLine(`warning: ${warning}`)}\n`);
  const startMs = io.nowMs();
  const synthesizer = await io.createSynthesizer({
    read: readWeightsFrom(options.weights ?? io.weightsFolder),
    backend: "onnx",
    threads: options.threads,
  });
  const loadMs = io.nowMs() - startMs;
  const timings = options.timings === undefined ? undefined : await openTimings(options.timings);
  try {
    io.signal.throwIfAborted();
    const speech: SpeechOptions = {
      voice: reference
        ? { latent: await synthesizer.embedSpeaker(reference.samples) }
        : { seed: options.seed },
      temperature: options.temperature ?? synthesizer.manifest.sampling.temperature,
      take: options.take,
      lexicon,
      signal: io.signal,
    };
    return await sayLines({ options, io, synthesizer, speech, lines, timings, loadMs });
  } finally {
    await timings?.discard();
    await synthesizer.dispose();
  }
}

/** A line and its number in the file it came from. */
interface SourceLine {
  readonly number: number;
  readonly text: string;
}

async function readSource(source: SaySource, io: SayIo): Promise<readonly SourceLine[]> {
  if (source.kind === "file") return readLines(source.path);
  return [{ number: 1, text: source.kind === "stdin" ? await readStream(io.stdin) : source.text }];
}

/** A loaded model and what it shall say. */
interface SayWork {
  readonly options: SayOptions;
  readonly io: SayIo;
  readonly synthesizer: Synthesizer;
  readonly speech: SpeechOptions;
  readonly lines: readonly SourceLine[];
  readonly timings: TimingsFile | undefined;
  readonly loadMs: number;
}

async function sayLines(work: SayWork): Promise<number> {
  const { options, io, timings, synthesizer } = work;
  const { source } = options;
  const spoken =
    source.kind === "file"
      ? await sayFile(work, source)
      : [await sayOne(work, work.lines[0]?.text ?? "", options.out)];
  await timings?.commit(spoken, synthesizer.manifest.sampleRateHz);
  const result: SayResult = {
    backend: "onnx",
    threads: options.threads,
    voice: options.reference === undefined ? `seed ${options.seed}` : `reference ${options.reference}`,
    loadMs: work.loadMs,
    lines: spoken,
  };
  io.stdout.write(reportFor(result, options));
  return spoken.length === work.lines.length ? DONE : FAILED;
}

function reportFor(result: SayResult, { json, source }: SayOptions): string {
  if (json) return jsonReport(result);
  const [only] = result.lines;
  return source.kind === "file" || only === undefined
    ? batchReport(result, source.kind === "file" ? source.outDir : ".")
    : lineReport(only, result);
}

async function sayOne(
  { options, io, synthesizer, speech }: SayWork,
  text: string,
  path: string,
): Promise<SpokenLine> {
  const wav = await createWavFile(path, synthesizer.manifest.sampleRateHz, io.version);
  return speakLine({
    synthesizer,
    text,
    speech,
    speed: options.speed,
    wav,
    nowMs: io.nowMs,
    signal: io.signal,
  });
}

/** Says every line it can; one that cannot be said is named on stderr and left out. */
async function sayFile(work: SayWork, source: { path: string; outDir: string }): Promise<SpokenLine[]> {
  await makeFolder(source.outDir);
  const digits = Math.max(3, String(work.lines.length).length);
  const progress = createProgress(work.io.stderr, work.lines.length);
  const spoken: SpokenLine[] = [];
  try {
    for (const [i, { number, text }] of work.lines.entries()) {
      const name = `${String(i + 1).padStart(digits, "0")}.wav`;
      const line = await sayOrTell(
        work,
        text,
        join(source.outDir, name),
        `${source.path}:${number}`,
        progress,
      );
      if (line !== undefined) spoken.push(line);
      progress.advance(
        line === undefined ? `${name} left out` : `${name} ${line.durationSeconds.toFixed(2)} s`,
      );
    }
  } finally {
    progress.end();
  }
  return spoken;
}

async function sayOrTell(work: SayWork, text: string, path: string, place: string, progress: Progress) {
  try {
    return await sayOne(work, text, path);
  } catch (error) {
    if (!(error instanceof VoiceTextError)) throw error;
    progress.message(oneLine(`${place}: ${error.message}`));
    return undefined;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new FileError(`cannot make the folder ${path}: ${fileReason(error)}`);
  }
}
