import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { VoiceTextError } from "../errors.ts";
import type { SpeechOptions, Synthesizer } from "../index.ts";
import { errorLine, FileError, fileReason } from "./command-errors.ts";
import { createProgress, type Progress } from "./progress.ts";
import type { SayIo } from "./say-io.ts";
import { speakLine, type SpokenLine } from "./speak-line.ts";
import { createWavFile } from "./wav-file.ts";

/** A loaded model and how it shall speak. */
export interface Speaker {
  readonly synthesizer: Synthesizer;
  readonly speech: SpeechOptions;
  /** 1 is as the voice speaks; 2 halves the duration. */
  readonly speed: number;
  readonly io: SayIo;
}

/** A line and its number in the file it came from, from 1. */
export interface SourceLine {
  readonly number: number;
  readonly text: string;
}

const FEWEST_DIGITS = 3;

/**
 * Says one line into one WAV.
 * @throws VoiceTextError, BackendError, FileError, or the signal's reason
 */
export async function sayLine({ io, ...speaker }: Speaker, text: string, path: string): Promise<SpokenLine> {
  const wav = await createWavFile(path, speaker.synthesizer.manifest.sampleRateHz, io.version);
  return speakLine({ ...speaker, text, wav, nowMs: io.nowMs, signal: io.signal });
}

/**
 * Says every line it can into numbered WAVs in a folder; one that cannot be said is named on stderr with its place in
 * the file `source`, and left out.
 * @throws BackendError, FileError, or the signal's reason
 */
export async function sayLines(
  speaker: Speaker,
  lines: readonly SourceLine[],
  source: string,
  folder: string,
): Promise<SpokenLine[]> {
  await makeFolder(folder);
  const progress = createProgress(speaker.io.stderr, lines.length);
  const spoken: SpokenLine[] = [];
  try {
    for (const [i, { number, text }] of lines.entries()) {
      const name = fileName(i + 1, lines.length);
      const place = `${source}:${number}`;
      const line = await orTell(() => sayLine(speaker, text, join(folder, name)), place, progress);
      if (line !== undefined) spoken.push(line);
      progress.advance(`${name} ${line === undefined ? "left out" : `${line.durationSeconds.toFixed(2)} s`}`);
    }
  } finally {
    progress.end();
  }
  return spoken;
}

/** Numbers of the same width, so that files sort as the lines do. */
function fileName(number: number, total: number): string {
  return `${String(number).padStart(Math.max(FEWEST_DIGITS, String(total).length), "0")}.wav`;
}

async function orTell(
  work: () => Promise<SpokenLine>,
  place: string,
  progress: Progress,
): Promise<SpokenLine | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VoiceTextError)) throw error;
    progress.message(errorLine(`${place}: ${error.message}`));
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
