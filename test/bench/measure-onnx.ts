/** Measures the onnx backend in this process and prints JSON: measure-onnx.ts <weights folder> <threads> <runs>. */
import { env } from "onnxruntime-web";
import { createSynthesizer, type Synthesizer } from "../../runtime/index.ts";
import { errorLine } from "../../runtime/node/command-errors.ts";
import { readWeightsFrom } from "../../runtime/node/read-files.ts";
import { median } from "./statistics.ts";

const LINES = [
  "Halt!",
  "Who goes there?",
  "The bridge is out, so take the old road by the mill.",
  "I have 12 arrows left, and the wolves come back at nightfall.",
  "Long ago, before the towers fell and the river changed its course, my family kept the only inn between here and the sea.",
];

/** Medians over the runs of one line. */
export interface LineMeasurement {
  readonly text: string;
  readonly audioSeconds: number;
  readonly firstSoundMs: number;
  /** Seconds of speech made in a second of work. */
  readonly timesRealTime: number;
}

export interface OnnxMeasurement {
  readonly onnxruntime: string;
  readonly weights: string;
  readonly threads: number;
  readonly runs: number;
  /** Reading, checking and compiling. */
  readonly loadMs: number;
  /** First sound of the very first line after loading. */
  readonly coldFirstSoundMs: number;
  readonly lines: readonly LineMeasurement[];
}

interface Run {
  readonly audioSeconds: number;
  readonly firstSoundMs: number;
  readonly workMs: number;
}

async function speakOnce(synthesizer: Synthesizer, text: string): Promise<Run> {
  const startMs = performance.now();
  let firstSoundMs = 0;
  let samples = 0;
  for await (const chunk of synthesizer.speak(text, { voice: { seed: 42 } })) {
    if (samples === 0 && chunk.samples.length > 0) firstSoundMs = performance.now() - startMs;
    samples += chunk.samples.length;
  }
  const workMs = performance.now() - startMs;
  return { audioSeconds: samples / synthesizer.manifest.sampleRateHz, firstSoundMs, workMs };
}

async function measureLine(synthesizer: Synthesizer, text: string, runs: number): Promise<LineMeasurement> {
  await speakOnce(synthesizer, text); // warm
  const measured: Run[] = [];
  for (let run = 0; run < runs; run += 1) measured.push(await speakOnce(synthesizer, text));
  return {
    text,
    audioSeconds: measured[0]?.audioSeconds ?? 0,
    firstSoundMs: median(measured.map(({ firstSoundMs }) => firstSoundMs)),
    timesRealTime: median(measured.map(({ audioSeconds, workMs }) => (audioSeconds * 1000) / workMs)),
  };
}

async function measure(folder: string, threads: number, runs: number): Promise<OnnxMeasurement> {
  const startMs = performance.now();
  const synthesizer = await createSynthesizer({ read: readWeightsFrom(folder), backend: "onnx", threads });
  const loadMs = performance.now() - startMs;
  const { firstSoundMs: coldFirstSoundMs } = await speakOnce(synthesizer, LINES[0] ?? "");
  const lines: LineMeasurement[] = [];
  for (const text of LINES) lines.push(await measureLine(synthesizer, text, runs));
  const weights = synthesizer.manifest.name;
  await synthesizer.dispose();
  return {
    onnxruntime: env.versions.web ?? "unknown",
    weights,
    threads,
    runs,
    loadMs,
    coldFirstSoundMs,
    lines,
  };
}

const [folder = "", threads = "1", runs = "5"] = process.argv.slice(2);
try {
  process.stdout.write(JSON.stringify(await measure(folder, Number(threads), Number(runs))));
} catch (error) {
  process.stderr.write(`${errorLine(error)}\n`);
  process.exitCode = 1;
}
