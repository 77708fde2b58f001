import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Machine } from "./machine.ts";
import type { OnnxMeasurement } from "./measure-onnx.ts";
import { markdownTable, median } from "./statistics.ts";

const MEASURE = fileURLToPath(new URL("./measure-onnx.ts", import.meta.url));

/**
 * Measures each number of threads in a process of its own: the first session of a process fixes it.
 * @throws Error when a measurement fails; its process has said why on stderr
 */
export function benchOnnx(weights: string, threads: readonly number[], runs: number): OnnxMeasurement[] {
  return threads.map((count) => {
    const args = ["--import", "tsx", MEASURE, weights, String(count), String(runs)];
    const { status, stdout } = spawnSync(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    if (status !== 0) throw new Error(`the measurement with ${count} threads failed`);
    return JSON.parse(stdout.toString()) as OnnxMeasurement;
  });
}

/** The machine, a summary for each number of threads, and every line. */
export function onnxTables(machine: Machine, results: readonly OnnxMeasurement[]): string {
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
