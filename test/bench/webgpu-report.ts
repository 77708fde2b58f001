import { isSoftware } from "./describe-adapter.ts";
import { CALL_KINDS, type CallCounts, type CallKind } from "./gpu-calls.ts";
import type { Machine } from "./machine.ts";
import { sumOf } from "./kernel-times.ts";
import { KERNEL_FRAMES, type Gate, type Timing, type WebGpuMeasurement } from "./measure-webgpu.ts";
import { markdownTable, median, quantile, ratioOfMedians, type Interval } from "./statistics.ts";

export interface WebGpuRun extends WebGpuMeasurement {
  readonly machine: Machine;
  readonly where: "node" | "chromium";
  readonly runner: string;
  /** Version of onnxruntime-web. */
  readonly ort: string;
}

export function webGpuReport(run: WebGpuRun): string {
  const software = isSoftware(run.adapter);
  const times = software
    ? "Times (`software-adapter`: no speed is claimed, of ours or against others; only the WASM rows are of real hardware)"
    : "Times";
  return [
    `# webgpu${software ? ", software-adapter" : ""}\n`,
    head(run),
    "## Gates\n",
    gateTable(run.gates),
    `## ${times}\n`,
    timeTable(run),
    "A ratio above 1 means that ours is faster; its interval is a 95 % bootstrap over rounds in which the arms took turns (ABBA).\n",
    ratioTable(run, software),
    "## Calls of WebGPU\n",
    callTable(run),
    "## Work and bound of ours, per frame of all voices\n",
    boundTable(run, software),
    ...kernelSection(run, software),
  ].join("\n");
}

function head({ machine, runner, adapter, ort, weights, settings, features, gpuBytes }: WebGpuRun) {
  const { cpu, cores, memoryGib, platform, loadBefore } = machine;
  const { weightType, frames, rounds, threads } = settings;
  return [
    `Machine: ${cpu}, ${cores} cores, ${memoryGib} GiB, ${platform}, load average before ${loadBefore}.`,
    `${runner}; adapter: ${adapter}${isSoftware(adapter) ? " (software-adapter)" : ""}; features: ${features.join(", ") || "none"}.`,
    `onnxruntime-web ${ort}, its WebGPU provider on the same device as ours; WASM with ${threads} thread(s), f32.`,
    `Weights: ${weights}, ours in ${weightType}, ${mebi(gpuBytes)} MiB on the device. ${rounds} rounds of ${frames} frames a voice.`,
    "Ours makes all frames of a run in one call; onnxruntime's arms sample on the CPU each step and speak voices in turn.\n",
  ].join("\n");
}

function gateTable(gates: readonly Gate[]): string {
  return markdownTable([
    ["arm", "gate", "same pointers", "decibels to WASM", "needed"],
    ...gates.map(({ arm, passed, samePointers, decibels, neededDecibels, error }) => [
      arm,
      passed
        ? "passed"
        : error === undefined
          ? "FAILED, not timed"
          : `NOT RUN: ${error.replaceAll(/\s+/g, " ")}`,
      error === undefined ? String(samePointers) : "-",
      error === undefined ? figure(decibels) : "-",
      error === undefined ? String(neededDecibels) : "-",
    ]),
  ]);
}

function timeTable({ timings, frameSeconds }: WebGpuRun): string {
  return markdownTable([
    ["voices", "arm", "LM ms", "LM p95", "decoder ms", "decoder p95", "times real time, all voices"],
    ...timings.map(({ voices, arm, lmMs, decoderMs }) => [
      String(voices),
      arm,
      figure(median(lmMs)),
      figure(quantile(lmMs, 0.95)),
      figure(median(decoderMs)),
      figure(quantile(decoderMs, 0.95)),
      figure((voices * frameSeconds * 1000) / (median(lmMs) + median(decoderMs))),
    ]),
  ]);
}

function ratioTable({ timings }: WebGpuRun, software: boolean): string {
  const others = timings.filter(({ arm }) => arm !== "ours");
  const oursAt = (voices: number) => timings.find((each) => each.arm === "ours" && each.voices === voices);
  const row = (other: Timing): string[] => {
    const ours = oursAt(other.voices);
    if (ours === undefined) return [String(other.voices), other.arm, "ours did not pass", "-", "-"];
    const lm = ratioOfMedians(other.lmMs, ours.lmMs);
    const decoder = ratioOfMedians(other.decoderMs, ours.decoderMs);
    const outcome = software ? "software-adapter" : lm.value > 1 && decoder.value > 1 ? "ahead" : "LOSES";
    return [String(other.voices), other.arm, interval(lm), interval(decoder), outcome];
  };
  return markdownTable([["voices", "against", "LM ratio", "decoder ratio", "ours"], ...others.map(row)]);
}

function callTable({ calls }: WebGpuRun): string {
  const kinds = Object.keys(CALL_KINDS) as CallKind[];
  const cells = (counts: CallCounts) => kinds.map((kind) => figure(counts[kind]));
  return markdownTable([
    ["voices", "arm", "of", ...kinds],
    ...calls.flatMap(({ voices, arm, step, advance, decode }) => [
      [String(voices), arm, "each further LM step", ...cells(step)],
      [String(voices), arm, "a call of one LM step", ...cells(advance)],
      [String(voices), arm, "a decoder call of one frame", ...cells(decode)],
    ]),
  ]);
}

/** The bound of a step that only moves its bytes, at the rate of a copy in the same run. */
function boundTable({ sizes, timings, copyBytesPerSecond }: WebGpuRun, software: boolean): string {
  const share = (bytes: number, times: readonly number[] | undefined) =>
    software || times === undefined
      ? "-"
      : `${figure((100 * 1000 * bytes) / copyBytesPerSecond / median(times))} %`;
  const rows = sizes.flatMap(({ voices, step, decode }) => {
    const ours = timings.find((each) => each.arm === "ours" && each.voices === voices);
    const parts = [
      { name: "LM", size: step, times: ours?.lmMs },
      { name: "decoder", size: decode, times: ours?.decoderMs },
    ];
    return parts.map(({ name, size: { flops, bytes }, times }) => [
      String(voices),
      name,
      figure(flops / 1e6),
      figure(mebi(bytes)),
      share(bytes, times),
    ]);
  });
  return [
    `Copies between buffers, measured in the same run: ${figure(copyBytesPerSecond / 1e9)} GB/s read and written${software ? " (software-adapter)" : ""}.\n`,
    markdownTable([["voices", "part", "MFLOP", "MiB read and written", "of the copy bound"], ...rows]),
  ].join("\n");
}

/** GPU time of kernels, each dispatch in a pass of its own: their shares, and not what a step takes as a whole. */
function kernelSection({ kernels }: WebGpuRun, software: boolean): string[] {
  if (kernels.length === 0) return [];
  const rows = kernels.flatMap(({ voices, part, times }) => {
    const whole = sumOf(times.flatMap(({ ms }) => ms));
    return times.map(({ kernel, ms }) => [
      String(voices),
      part,
      kernel,
      figure(ms.length / KERNEL_FRAMES),
      figure(sumOf(ms) / KERNEL_FRAMES),
      `${figure((100 * sumOf(ms)) / whole)} %`,
      figure(Math.max(...ms)),
    ]);
  });
  return [
    `## Where the GPU's time goes, per frame of all voices${software ? " (software-adapter)" : ""}\n`,
    "By timestamps, each dispatch in a pass of its own; these runs are in no other table.\n",
    markdownTable([["voices", "part", "kernel", "dispatches", "GPU ms", "share", "longest ms"], ...rows]),
  ];
}

function interval({ value, low, high }: Interval): string {
  return `${figure(value)} (${figure(low)} to ${figure(high)})`;
}

function mebi(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 10) / 10;
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Number(value.toPrecision(3)).toString();
}
