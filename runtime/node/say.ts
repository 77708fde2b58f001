import type { SpeechOptions, Synthesizer, SynthesizerOptions } from "../index.ts";
import { errorLine, UsageError } from "./command-errors.ts";
import { readVoiceFile } from "../adapt/voice-file.ts";
import {
  readBytes,
  readLexicon,
  readLines,
  readReference,
  readStream,
  readWeightsFrom,
} from "./read-files.ts";
import type { NodeGpu } from "./node-gpu.ts";
import { readShader } from "./read-shader.ts";
import { runCommand } from "./run-command.ts";
import { sayHelp } from "./say-help.ts";
import type { SayIo } from "./say-io.ts";
import { sayLine, sayLines, type SourceLine, type Speaker } from "./say-lines.ts";
import { parseSayOptions, type SayOptions, type SaySource } from "./say-options.ts";
import { batchReport, jsonReport, lineReport, type SayResult } from "./say-report.ts";
import type { SpokenLine } from "./speak-line.ts";
import { stylesOf } from "../styles.ts";
import { openTimings } from "./timings.ts";

const DONE = 0;
const FAILED = 1;

/**
 * Runs `say` with the arguments after that word. Whatever goes wrong is one line on stderr, never a throw.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted
 */
export function runSay(args: readonly string[], io: SayIo): Promise<number> {
  return runCommand(io, async () => {
    const options = parseSayOptions(args);
    if (options !== "help") return say(options, io);
    io.stdout.write(sayHelp());
    return DONE;
  });
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
      refuseUnlearnedStyle(options, synthesizer);
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

function refuseUnlearnedStyle({ style }: SayOptions, { manifest }: Synthesizer): void {
  const styles = stylesOf(manifest);
  if (style === undefined || style === "neutral" || styles.includes(style)) return;
  throw new UsageError(
    `--style ${style} is not among what these weights have learned: ${["neutral", ...styles].join(", ")}`,
  );
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
  const learned = options.adapter === undefined ? undefined : await readBytes(options.adapter);
  for (const warning of reference?.warnings ?? []) io.stderr.write(`${errorLine(`warning: ${warning}`)}\n`);
  const voiceOf = async ({ manifest, embedSpeaker }: Synthesizer): Promise<SpeechOptions> => {
    if (reference !== undefined) return { voice: { latent: await embedSpeaker(reference.samples) } };
    if (learned === undefined) return { voice: { seed: options.seed } };
    const { latent, adapter } = readVoiceFile(learned, manifest);
    return { voice: { latent }, adapter };
  };
  return async (synthesizer) => ({
    ...(await voiceOf(synthesizer)),
    temperature: options.temperature ?? synthesizer.manifest.sampling.temperature,
    take: options.take,
    ...(options.style !== undefined && { style: options.style }),
    ...(options.intensity !== undefined && { intensity: options.intensity }),
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
  { threads, reference, adapter, seed }: SayOptions,
  gpu: NodeGpu | undefined,
): Pick<SayResult, "backend" | "threads" | "voice"> {
  return {
    ...(gpu === undefined ? { backend: "onnx", threads } : { backend: `webgpu on ${gpu.name}` }),
    voice: voiceName(reference, adapter, seed),
  };
}

function voiceName(reference: string | undefined, adapter: string | undefined, seed: string): string {
  if (reference !== undefined) return `reference ${reference}`;
  return adapter === undefined ? `seed ${seed}` : `learned ${adapter}`;
}

function report({ json, source }: SayOptions, result: SayResult): string {
  if (json) return jsonReport(result);
  if (source.kind === "file") return batchReport(result, source.outDir);
  return result.lines.map((line) => lineReport(line, result)).join("");
}
