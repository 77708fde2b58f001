import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describeMachine, type Machine } from "./machine.ts";
import type { OnnxMeasurement } from "./measure-onnx.ts";
import { parseCount, parseCounts, parseOptions, SHIPPED_WEIGHTS } from "./options.ts";
import { markdownTable, median } from "./statistics.ts";

export const ONNX_USAGE = "onnx [--weights folder] [--threads 1,2] [--runs 5] [--json]";

const MEASURE = fileURLToPath(new URL("./measure-onnx.ts", import.meta.url));

/**
 * The onnx backend alone, as a game would use it; Markdown or JSON to stdout.
 * @throws UsageError for an option that is unknown or out of range
 */
export async function benchOnnx(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, {
    weights: { type: "string", default: SHIPPED_WEIGHTS },
    threads: { type: "string", default: "1,2" },
    runs: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  });
  const threads = parseCounts("threads", options.threads);
  const runs = parseCount("runs", options.runs);
  const machine = describeMachine();
  const results = measureOnnx(options.weights, threads, runs);
  process.stdout.write(
    options.json ? `${JSON.stringify({ machine, results }, null, 2)}\n` : onnxTables(machine, results),
  );
}

/**
 * Measures each number of threads in a process of its own: the first session of a process fixes it.
 * @throws Error when a measurement fails; its process has said why on stderr
 */
function measureOnnx(weights: string, threads: readonly number[], runs: number): OnnxMeasurement[] {
  return threads.map((count) => {
    const args = ["--import", "tsx", MEASURE, weights, String(count), String(runs)];
    const { status, stdout } = spawnSync(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    if (status !== 0) throw new Error(`the measurement with ${count} threads failed`);
    return JSON.parse(stdout.toString()) as OnnxMeasurement;
  });
}

/** The machine, a summary for each number of threads, and every line. */
function onnxTables(machine: Machine, results: readonly OnnxMeasurement[]): string {
  const [first] = results;
  const { cpu, cores, memoryGib, platform, node, loadBefore } = machine;
  return [
    `Machine: ${cpu}, ${cores} cores, ${memoryGib} GiB, ${platform}, Node ${node}, onnxruntime-web ` +
      `${first?.onnxruntime ?? "?"}, load average before ${loadBefore}.`,
    `Weights: ${first?.weights ?? "?"}. Medians of ${first?.runs ?? "?"} warm runs a line.`,
    "",
    summaryTable(results),
    lineTable(results),
  ].join("\n");
}

function summaryTable(results: readonly OnnxMeasurement[]): string {
  return markdownTable([
    ["threads", "loading ms", "first line, first sound ms", "warm, first sound ms", "times real time"],
    ...results.map(({ threads, loadMs, coldFirstSoundMs, lines }) => [
      String(threads),
      loadMs.toFixed(0),
      coldFirstSoundMs.toFixed(0),
      median(lines.map(({ firstSoundMs }) => firstSoundMs)).toFixed(0),
      median(lines.map(({ timesRealTime }) => timesRealTime)).toFixed(1),
    ]),
  ]);
}

function lineTable(results: readonly OnnxMeasurement[]): string {
  return markdownTable([
    ["threads", "line", "seconds of speech", "first sound ms", "times real time"],
    ...results.flatMap(({ threads, lines }) =>
      lines.map(({ text, audioSeconds, firstSoundMs, timesRealTime }) => [
        String(threads),
        text,
        audioSeconds.toFixed(2),
        firstSoundMs.toFixed(0),
        timesRealTime.toFixed(1),
      ]),
    ),
  ]);
}
