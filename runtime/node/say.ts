import type { SpeechOptions, Synthesizer, SynthesizerOptions } from "../index.ts";
import { errorLine, UsageError } from "./command-errors.ts";
import { readLexicon, readLines, readReference, readStream, readWeightsFrom } from "./read-files.ts";
import type { NodeGpu } from "./node-gpu.ts";
import { readShader } from "./read-shader.ts";
import { sayHelp } from "./say-help.ts";
import type { SayIo } from "./say-io.ts";
import { sayLine, sayLines, type SourceLine, type Speaker } from "./say-lines.ts";
import { parseSayOptions, type SayOptions, type SaySource } from "./say-options.ts";
import { batchReport, jsonReport, lineReport, type SayResult } from "./say-report.ts";
import type { SpokenLine } from "./speak-line.ts";
import { openTimings } from "./timings.ts";

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
    io.stderr.write(`${errorLine(interrupted ? "interrupted; no unfinished file is left" : error)}\n`);
    if (interrupted) return INTERRUPTED;
    return error instanceof UsageError ? WRONG_USAGE : FAILED;
  }
}

async function say(options: SayOptions, io: SayIo): Promise<number> {
  const lines = await readSource(options.source, io);
  const speech = await readSpeech(options, io);
  const startMs = io.nowMs();
  const gpu = options.backend === "webgpu" ? await io.requestGpu() : undefined;
  try {
    const synthesizer = await io.createSynthesizer(synthesizerOptions(options, io, gpu));
    const loadMs = io.nowMs() - startMs;
    try {
      io.signal.throwIfAborted();
      const speaker = { synthesizer, speech: await speech(synthesizer), speed: options.speed, io };
      const spoken = await speakAll(speaker, options, lines);
      io.stdout.write(report(options, { ...names(options, gpu), loadMs, lines: spoken }));
      return spoken.length === lines.length ? DONE : FAILED;
    } finally {
      await synthesizer.dispose();
    }
  } finally {
    gpu?.release();
  }
}

function synthesizerOptions(
  { weights, threads }: SayOptions,
  { weightsFolder }: SayIo,
  gpu: NodeGpu | undefined,
): SynthesizerOptions {
  const read = readWeightsFrom(weights ?? weightsFolder);
  if (gpu === undefined) return { read, backend: "onnx", threads };
  return { read, backend: "webgpu", device: gpu.device, readShader, slots: 1 };
}

async function readSource(source: SaySource, io: SayIo): Promise<readonly SourceLine[]> {
  if (source.kind === "file") return readLines(source.path);
  return [{ number: 1, text: source.kind === "stdin" ? await readStream(io.stdin) : source.text }];
}

/** Reads and checks the files that shape the voice, before the model is loaded; the model then makes options of them. */
async function readSpeech(
  options: SayOptions,
  io: SayIo,
): Promise<(synthesizer: Synthesizer) => Promise<SpeechOptions>> {
  const lexicon = options.lexicon === undefined ? {} : await readLexicon(options.lexicon);
  const reference = options.reference === undefined ? undefined : await readReference(options.reference);
  for (const warning of reference?.warnings ?? []) io.stderr.write(`${errorLine(`warning: ${warning}`)}\n`);
  return async (synthesizer) => ({
    voice: reference ? { latent: await synthesizer.embedSpeaker(reference.samples) } : { seed: options.seed },
    temperature: options.temperature ?? synthesizer.manifest.sampling.temperature,
    take: options.take,
    lexicon,
    signal: io.signal,
  });
}

async function speakAll(
  speaker: Speaker,
  { source, out, timings }: SayOptions,
  lines: readonly SourceLine[],
): Promise<SpokenLine[]> {
  const timingsFile = timings === undefined ? undefined : await openTimings(timings);
  try {
    const spoken =
      source.kind === "file"
        ? await sayLines(speaker, lines, source.path, source.outDir)
        : await Promise.all(lines.map(({ text }) => sayLine(speaker, text, out)));
    await timingsFile?.commit(spoken, speaker.synthesizer.manifest.sampleRateHz);
    return spoken;
  } finally {
    await timingsFile?.discard();
  }
}

function names(
  { threads, reference, seed }: SayOptions,
  gpu: NodeGpu | undefined,
): Pick<SayResult, "backend" | "threads" | "voice"> {
  return {
    ...(gpu === undefined ? { backend: "onnx", threads } : { backend: `webgpu on ${gpu.name}` }),
    voice: reference === undefined ? `seed ${seed}` : `reference ${reference}`,
  };
}

function report({ json, source }: SayOptions, result: SayResult): string {
  if (json) return jsonReport(result);
  if (source.kind === "file") return batchReport(result, source.outDir);
  return result.lines.map((line) => lineReport(line, result)).join("");
}
