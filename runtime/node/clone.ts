import type { LearnProgress } from "../adapt/learn-voice.ts";
import { writeVoiceFile } from "../adapt/voice-file.ts";
import type { LearnedVoiceFile, Synthesizer } from "../index.ts";
import { createAtomicFile } from "./atomic-file.ts";
import { cloneHelp, type CloneOptions, parseCloneOptions } from "./clone-options.ts";
import { errorLine } from "./command-errors.ts";
import { runCommand } from "./run-command.ts";
import { createProgress, type MessageStream, type Progress } from "./progress.ts";
import { readLexicon, readRecording, readWeightsFrom } from "./read-files.ts";
import type { SayIo } from "./say-io.ts";

/**
 * Runs `clone` with the arguments after that word. Whatever goes wrong is one line on stderr, never a throw.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted
 */
export function runClone(args: readonly string[], io: SayIo): Promise<number> {
  return runCommand(io, async () => {
    const options = parseCloneOptions(args, io.now());
    if (options === "help") io.stdout.write(cloneHelp());
    else await clone(options, io);
    return 0;
  });
}

async function clone(options: CloneOptions, io: SayIo): Promise<void> {
  const { samples, warnings } = await readRecording(options.audio);
  for (const warning of warnings) io.stderr.write(`${errorLine(`warning: ${warning}`)}\n`);
  const lexicon = options.lexicon === undefined ? {} : await readLexicon(options.lexicon);
  const file = await createAtomicFile(options.out);
  try {
    const read = readWeightsFrom(options.weights ?? io.weightsFolder);
    const synthesizer = await io.createSynthesizer({ read, backend: "onnx", threads: options.threads });
    try {
      const startMs = io.nowMs();
      const voice = await learn(synthesizer, { ...options, samples, lexicon }, io);
      const bytes = writeVoiceFile(voice);
      io.signal.throwIfAborted();
      await file.append(bytes);
      await file.commit();
      io.stdout.write(
        report(voice, { path: file.path, bytes: bytes.length, learnMs: io.nowMs() - startMs }, options),
      );
    } finally {
      await synthesizer.dispose();
    }
  } finally {
    await file.discard();
  }
}

type Lesson = Omit<CloneOptions, "lexicon"> & {
  readonly samples: Float32Array;
  readonly lexicon: Readonly<Record<string, string>>;
};

async function learn(
  synthesizer: Synthesizer,
  { samples, text, lexicon, consent, name, steps }: Lesson,
  { signal, stderr }: SayIo,
): Promise<LearnedVoiceFile> {
  const progress = createLearnProgress(stderr);
  try {
    const { onProgress } = progress;
    return await synthesizer.learnVoice({
      samples,
      transcript: text,
      lexicon,
      consent,
      name,
      steps,
      signal,
      onProgress,
    });
  } finally {
    progress.end();
  }
}

/** Steps between two marks of the bar. */
const STEPS_A_MARK = 10;

/** A bar over the steps of training; the stages before are told in a word. */
function createLearnProgress(stream: MessageStream) {
  let progress: Progress | undefined;
  let stage: LearnProgress["stage"] | undefined;
  return {
    onProgress(now: LearnProgress) {
      if (now.stage !== "training") {
        if (now.stage !== stage) stream.write(`${now.stage}...\n`);
      } else {
        progress ??= createProgress(stream, Math.ceil(now.steps / STEPS_A_MARK));
        const isMark = now.step % STEPS_A_MARK === 0 || now.step === now.steps;
        if (isMark) progress.advance(`training, KL ${(now.kl ?? 0).toFixed(3)}`);
      }
      stage = now.stage;
    },
    end: () => progress?.end(),
  };
}

interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly learnMs: number;
}

function report(voice: LearnedVoiceFile, { path, bytes, learnMs }: Written, { json }: CloneOptions): string {
  const { name, consent, report: learned } = voice;
  if (json) return `${JSON.stringify({ file: path, bytes, learnMs, name, consent, ...learned })}\n`;
  const rows = [
    ["voice", `${name}, with the consent of ${consent.speaker}`],
    [
      "learned",
      `${learned.steps} steps in ${(learnMs / 1000).toFixed(0)} s from ${learned.seconds.toFixed(1)} s of speech`,
    ],
    [
      "unlikeness",
      `${learned.klBefore.toFixed(3)} -> ${learned.klAfter.toFixed(3)} nats on speech it had not learned`,
    ],
    ["file", `${path} (${(bytes / 1000).toFixed(0)} kB)`],
  ];
  return rows.map(([left = "", right = ""]) => `${left.padEnd(12)} ${right}\n`).join("");
}
