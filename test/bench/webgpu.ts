/** `npm run bench -- webgpu`: the webgpu backend beside onnxruntime-web's two providers. */
import { readShader } from "../../runtime/node/read-shader.ts";
import { readWeightsFrom } from "../../runtime/node/read-files.ts";
import { WEBGPU_FEATURES } from "../../runtime/webgpu/gpu.ts";
import { resolve } from "node:path";
import { addressOf, startChromium } from "./chromium.ts";
import { describeMachine } from "./machine.ts";
import { measureWebGpu, type WebGpuMeasurement, type WebGpuSettings } from "./measure-webgpu.ts";
import { parseChoice, parseCount, parseCounts, parseOptions, SHIPPED_WEIGHTS } from "./options.ts";
import type { WebGpuPageRequest } from "./page/webgpu.ts";
import { webGpuReport, type WebGpuRun } from "./webgpu-report.ts";
import { writeOut } from "./write-out.ts";

export const WEBGPU_USAGE =
  "webgpu [--where node|chromium] [--software] [--weights folder] [--weight-type f16|f32|int8] " +
  "[--voices 1,2,4,8,16] [--frames 24] [--rounds 10] [--threads 1] [--kernel-times] [--out out/bench-webgpu]";

const SWIFTSHADER_DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * Markdown to stdout; the same and JSON with every raw time to files.
 * @throws UsageError for an option that is unknown or out of range
 * @throws BackendError when there is no adapter
 */
export async function benchWebGpu(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, {
    where: { type: "string", default: "node" },
    software: { type: "boolean", default: false },
    weights: { type: "string", default: SHIPPED_WEIGHTS },
    "weight-type": { type: "string", default: "f16" },
    voices: { type: "string", default: "1,2,4,8,16" },
    frames: { type: "string", default: "24" },
    rounds: { type: "string", default: "10" },
    threads: { type: "string", default: "1" },
    "kernel-times": { type: "boolean", default: false },
    out: { type: "string", default: "out/bench-webgpu" },
  });
  const where = parseChoice("where", options.where, ["node", "chromium"]);
  const settings: WebGpuSettings = {
    arms: where === "node" ? ["ours", "ort-wasm"] : ["ours", "ort-wasm", "ort-webgpu"],
    weightType: parseChoice("weight-type", options["weight-type"], ["f16", "f32", "int8"]),
    voices: parseCounts("voices", options.voices),
    frames: parseCount("frames", options.frames),
    rounds: parseCount("rounds", options.rounds),
    threads: parseCount("threads", options.threads),
    // On Metal a device with timestamps is slower, so the other tables are of another run.
    features: options["kernel-times"] ? [...WEBGPU_FEATURES, "timestamp-query"] : WEBGPU_FEATURES,
  };
  const weights = resolve(options.weights);
  const machine = describeMachine();
  const measure = where === "node" ? measureInNode : measureInChromium;
  const run: WebGpuRun = { machine, where, ...(await measure(weights, settings, options.software)) };
  await writeOut(options.out, { json: run, markdown: webGpuReport(run) });
}

async function measureInNode(weights: string, settings: WebGpuSettings, software: boolean) {
  if (software) process.env["VK_ICD_FILENAMES"] ??= SWIFTSHADER_DRIVER;
  const { requestNodeGpu } = await import("../../runtime/node/node-gpu.ts");
  const { env } = await import("onnxruntime-web");
  const { device, release } = await requestNodeGpu([], settings.features);
  const measurement = await measureWebGpu(
    {
      device,
      read: readWeightsFrom(weights),
      readShader,
      log: (text) => process.stderr.write(`${text}\n`),
    },
    settings,
  );
  release();
  return {
    ...measurement,
    runner: `Dawn in Node ${process.versions.node}`,
    ort: env.versions.web ?? "unknown",
  };
}

async function measureInChromium(weights: string, settings: WebGpuSettings, software: boolean) {
  const browser = await startChromium(weights, software);
  try {
    const request: WebGpuPageRequest = { weights: addressOf(weights), settings };
    const measurement = await browser.call<WebGpuPageRequest, WebGpuMeasurement & { ort: string }>(
      "webgpu",
      "measure",
      request,
    );
    return { ...measurement, runner: `Chromium ${browser.version}` };
  } finally {
    await browser.close();
  }
}
