import type { SpokenLine } from "./speak-line.ts";

/** What the whole command did. */
export interface SayResult {
  readonly backend: string;
  /** Of the CPU, where that does the work. */
  readonly threads?: number;
  /** How the voice was named: "seed 42" or "reference me.wav". */
  readonly voice: string;
  readonly loadMs: number;
  readonly lines: readonly SpokenLine[];
}

const LONGEST_PHONEMES = 600;

/** Seconds of speech made in one second of work. */
export function timesRealTime(lines: readonly SpokenLine[]): number {
  const audioMs = lines.reduce((total, { durationSeconds }) => total + durationSeconds * 1000, 0);
  const workMs = lines.reduce((total, { synthesisMs }) => total + synthesisMs, 0);
  return audioMs / Math.max(workMs, 1e-3);
}

/** The result of one line for a person. */
export function lineReport(line: SpokenLine, result: SayResult): string {
  const phonemes = line.phonemes.join(" ").replaceAll("|", " ").trim(); // two spaces between words
  const shown = phonemes.length > LONGEST_PHONEMES ? `${phonemes.slice(0, LONGEST_PHONEMES)}...` : phonemes;
  return table([
    ["phonemes", shown],
    ["duration", `${line.durationSeconds.toFixed(2)} s`],
    ["first sound", `${line.firstSoundMs.toFixed(0)} ms (after ${result.loadMs.toFixed(0)} ms of loading)`],
    ...commonRows(result),
    ["file", line.file],
  ]);
}

/** The result of a file of lines for a person. */
export function batchReport(result: SayResult, folder: string): string {
  const seconds = result.lines.reduce((total, { durationSeconds }) => total + durationSeconds, 0);
  return table([
    ["lines", String(result.lines.length)],
    ["duration", `${seconds.toFixed(2)} s`],
    ...commonRows(result),
    ["folder", folder],
  ]);
}

/** The result for a program: one object with one entry for each line; its events are for --timings. */
export function jsonReport(result: SayResult): string {
  const { lines, ...rest } = result;
  const entries = lines.map((line) => ({ ...line, events: undefined, timesRealTime: timesRealTime([line]) }));
  return `${JSON.stringify({ ...rest, lines: entries })}\n`;
}

function commonRows(result: SayResult): [string, string][] {
  return [
    ["speed", `${timesRealTime(result.lines).toFixed(1)}x real time`],
    ["backend", `${result.backend}${threadCount(result)}`],
    ["voice", result.voice],
  ];
}

function threadCount({ threads }: SayResult): string {
  return threads === undefined ? "" : `, ${threads} thread${threads === 1 ? "" : "s"}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, value]) => `${name.padEnd(12)} ${value}\n`).join("");
}
