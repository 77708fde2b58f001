/** The measurement of `npm run bench -- webgpu`, for Node and for a page; everything it gives is plain JSON. */
import type { SentenceHandle, SentenceRequest, Slice } from "../../runtime/backend.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import type { ReadShader, WeightType } from "../../runtime/webgpu/gpu.ts";
import { lineStream } from "../../runtime/voice/line-stream.ts";
import { conditioningOf } from "../../runtime/styles.ts";
import { parseSeed } from "../../runtime/voice/seed.ts";
import { speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { loadWeights, type ReadFile, type Weights } from "../../runtime/weights.ts";
import { signalToNoise } from "../webgpu/signal-to-noise.ts";
import { createOurArm, createWasmArm, type Arm, type ArmName, type OurArm } from "./arms.ts";
import { measureCopyBandwidth } from "./copy-bandwidth.ts";
import { describeAdapter } from "./describe-adapter.ts";
import { callsPerStep, countCalls, type CallCounts } from "./gpu-calls.ts";
import { timeKernels, type KernelTime } from "./kernel-times.ts";

export interface WebGpuSettings {
  readonly arms: readonly ArmName[];
  readonly weightType: WeightType;
  /** How many voices speak at once, each a row of the table. */
  readonly voices: readonly number[];
  /** Frames of a voice in a timed run. */
  readonly frames: number;
  readonly rounds: number;
  /** WASM threads. */
  readonly threads: number;
  /** Of our device, where its adapter has them; with timestamp-query kernels are timed too. */
  readonly features: readonly GPUFeatureName[];
}

export interface Environment {
  readonly device: GPUDevice;
  readonly read: ReadFile;
  readonly readShader: ReadShader;
  /** Makes the arm of onnxruntime's WebGPU provider, where there is one. */
  readonly createOrtWebGpu?: (weights: Weights) => Promise<Arm>;
  readonly log: (text: string) => void;
}

/** Whether an arm makes the same frames and the same sound as the WASM arm at the same noise. */
export interface Gate {
  readonly arm: ArmName;
  readonly passed: boolean;
  readonly samePointers: boolean;
  readonly decibels: number;
  readonly neededDecibels: number;
  /** Why the arm could not run at all. */
  readonly error?: string;
}

export interface Timing {
  readonly arm: ArmName;
  readonly voices: number;
  /** Of each round: milliseconds for one more frame of every voice, model and decoder. */
  readonly lmMs: readonly number[];
  readonly decoderMs: readonly number[];
}

export interface ArmCalls {
  readonly arm: ArmName;
  readonly voices: number;
  /** What each further step of `advance` adds. */
  readonly step: CallCounts;
  /** A whole `advance` of one frame, and a whole `decode` of one frame of each voice. */
  readonly advance: CallCounts;
  readonly decode: CallCounts;
}

export interface Size {
  readonly flops: number;
  readonly bytes: number;
}

/** Where the GPU's time goes in the model or the decoder. */
export interface PartTimes {
  readonly voices: number;
  readonly part: "LM" | "decoder";
  readonly times: readonly KernelTime[];
}

export interface WebGpuMeasurement {
  readonly weights: string;
  readonly settings: WebGpuSettings;
  /** Of the device of our arm. */
  readonly adapter: string;
  readonly features: readonly string[];
  readonly copyBytesPerSecond: number;
  readonly gates: readonly Gate[];
  readonly timings: readonly Timing[];
  readonly calls: readonly ArmCalls[];
  /** Of one frame of all voices: what our kernels compute, read and write. */
  readonly sizes: readonly { readonly voices: number; readonly step: Size; readonly decode: Size }[];
  /** Of `KERNEL_FRAMES` frames of all voices; none where the device has no timestamp-query. */
  readonly kernels: readonly PartTimes[];
  readonly gpuBytes: number;
  readonly frameSeconds: number;
}

const GATE_FRAMES = 12;
const COUNTED_STEPS = 3;
/** Frames whose kernels are timed, after as many that are not. */
export const KERNEL_FRAMES = 4;
const TEXT = "<s> |HH AH0 L OW1 , |T R AE1 V AH0 L ER0 !";

/**
 * Gates every arm against the WASM arm, then times those that passed: one warm-up, then rounds in which the arms take turns,
 * forwards and backwards (ABBA).
 * @throws BackendError when our arm or the WASM arm cannot start
 */
export async function measureWebGpu(
  environment: Environment,
  settings: WebGpuSettings,
): Promise<WebGpuMeasurement> {
  const { device, log } = environment;
  const weights = endless(await loadWeights(environment.read, []), settings.frames);
  const { manifest } = weights;
  log("loading");
  const reference = await createWasmArm(weights, settings.threads);
  const ours = await createOurArm(weights, {
    ...environment,
    weightType: settings.weightType,
    slots: Math.max(...settings.voices),
  });
  const { arms, gates } = await passGates(environment, settings, weights, reference, ours);
  const timings: Timing[] = [];
  const calls: ArmCalls[] = [];
  const sizes = [];
  const kernels: PartTimes[] = [];
  for (const voices of settings.voices) {
    log(`${voices} voices`);
    timings.push(...(await timeArms(arms, manifest, voices, settings)));
    for (const arm of arms.filter(({ name }) => name !== "ort-wasm")) {
      calls.push(await countArm(arm, manifest, voices));
    }
    sizes.push({ voices, ...(await sizesOf(ours, device, manifest, voices)) });
    if (device.features.has("timestamp-query")) {
      kernels.push(...(await timeParts(ours, device, manifest, voices)));
    }
  }
  const measurement = {
    weights: manifest.name,
    settings,
    adapter: describeAdapter(device.adapterInfo),
    features: [...device.features].toSorted(),
    copyBytesPerSecond: await measureCopyBandwidth(device),
    gates,
    timings,
    calls,
    sizes,
    kernels,
    gpuBytes: ours.speech.memory().reduce((sum, { bytes }) => sum + bytes, 0),
    frameSeconds: manifest.samplesPerLatent / manifest.sampleRateHz,
  };
  for (const { speech } of new Set([...arms, reference, ours])) await speech.dispose();
  return measurement;
}

/** The same model with a stop rule that never stops within the bench, so that all arms make the same frames. */
function endless({ manifest, read }: Weights, frames: number): Weights {
  const restFrames = 2 * (frames + GATE_FRAMES);
  return { manifest: { ...manifest, stop: { ...manifest.stop, klThreshold: 0, restFrames } }, read };
}

/** One sentence in different voices. */
function requestOf(manifest: Manifest, voice: number): SentenceRequest {
  const { speaker, symbols } = manifest;
  return {
    conditioning: conditioningOf(speakerLatentOf(parseSeed(42 + voice), speaker), manifest),
    symbols: Int32Array.from(TEXT.split(" "), (symbol) => symbols.indexOf(symbol)),
    noise: { seedLo: 42 + voice, seedHi: 0, stream: lineStream("Hello, traveler!", 0) },
    temperature: 0.3,
  };
}

async function passGates(
  environment: Environment,
  { arms: wanted, weightType }: WebGpuSettings,
  weights: Weights,
  reference: Arm,
  ours: OurArm,
): Promise<{ arms: Arm[]; gates: Gate[] }> {
  const expected = await speak(reference, weights.manifest);
  const arms: Arm[] = [];
  const gates: Gate[] = [];
  const start = async (name: ArmName): Promise<Arm> => {
    if (name === "ours") return ours;
    if (name === "ort-wasm") return reference;
    if (environment.createOrtWebGpu !== undefined) return environment.createOrtWebGpu(weights);
    throw new Error("not measured here");
  };
  for (const name of wanted) {
    environment.log(`gate of ${name}`);
    try {
      const arm = await start(name);
      const given = await speak(arm, weights.manifest);
      const samePointers = given.pointers.join() === expected.pointers.join();
      const decibels = signalToNoise(given.samples, expected.samples);
      const passed =
        samePointers && decibels >= arm.gateDecibels && expected.samples.some((sample) => sample !== 0);
      gates.push({ arm: name, passed, samePointers, decibels, neededDecibels: arm.gateDecibels });
      if (passed) arms.push(arm);
      else if (arm !== ours && arm !== reference) await arm.speech.dispose();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const failed = { passed: false, samePointers: false, decibels: 0, neededDecibels: 0 };
      gates.push({ arm: name, ...failed, error: `${message} (weights in ${weightType})` });
    }
  }
  return { arms, gates };
}

/** Some frames and their sound, in calls of a few frames, as a game makes them. */
async function speak(
  { speech }: Arm,
  manifest: Manifest,
): Promise<{ pointers: number[]; samples: number[] }> {
  const handle = await speech.openSentence(requestOf(manifest, 0));
  const pointers: number[] = [];
  const samples: number[] = [];
  while (pointers.length < GATE_FRAMES) {
    const [batch] = await speech.advance([handle], 4);
    const [sound] = await speech.decode([handle]);
    pointers.push(...(batch?.symbolIndices ?? []));
    samples.push(...(sound ?? []));
  }
  await speech.close(handle);
  return { pointers, samples };
}

/** Opens sentences for some work and closes them. */
async function withSentences<T>(
  { speech }: Arm,
  manifest: Manifest,
  voices: number,
  work: (handles: readonly SentenceHandle[]) => Promise<T>,
): Promise<T> {
  const handles: SentenceHandle[] = [];
  for (let voice = 0; voice < voices; voice++) {
    handles.push(await speech.openSentence(requestOf(manifest, voice)));
  }
  const result = await work(handles);
  for (const handle of handles) await speech.close(handle);
  return result;
}

async function timeArms(
  arms: readonly Arm[],
  manifest: Manifest,
  voices: number,
  { frames, rounds }: WebGpuSettings,
): Promise<Timing[]> {
  const timings = arms.map(({ name }) => ({
    arm: name,
    voices,
    lmMs: [] as number[],
    decoderMs: [] as number[],
  }));
  const runOnce = (arm: Arm) =>
    withSentences(arm, manifest, voices, async (handles) => {
      const startMs = performance.now();
      await arm.speech.advance(handles, frames);
      const madeMs = performance.now();
      await arm.speech.decode(handles);
      return { lm: (madeMs - startMs) / frames, decoder: (performance.now() - madeMs) / frames };
    });
  for (const arm of arms) await runOnce(arm);
  const forwards = arms.map((_, index) => index);
  for (let round = 0; round < rounds; round++) {
    for (const index of round % 2 === 0 ? forwards : forwards.toReversed()) {
      const { lm, decoder } = await runOnce(arms[index]!);
      timings[index]!.lmMs.push(lm);
      timings[index]!.decoderMs.push(decoder);
    }
  }
  return timings;
}

function countArm(arm: Arm, manifest: Manifest, voices: number): Promise<ArmCalls> {
  return withSentences(arm, manifest, voices, async (handles) => {
    const { speech } = arm;
    const decode = () => speech.decode(handles);
    for (const frames of [1 + COUNTED_STEPS, 1]) {
      await speech.advance(handles, frames); // from here on, what is made once is there
      await decode();
    }
    const one = await countCalls(() => speech.advance(handles, 1));
    const sound = await countCalls(decode);
    const many = await countCalls(() => speech.advance(handles, 1 + COUNTED_STEPS));
    const step = callsPerStep(one, many, COUNTED_STEPS);
    return { arm: arm.name, voices, step, advance: one, decode: sound };
  });
}

async function sizesOf(
  { speech, ...arm }: OurArm,
  device: GPUDevice,
  manifest: Manifest,
  voices: number,
): Promise<{ step: Size; decode: Size }> {
  const sizeOf = async (work: () => Promise<unknown>): Promise<Size> => {
    const slices: Slice[] = [];
    speech.slices.onFinished = (finished) => slices.push(...finished);
    await work();
    await device.queue.onSubmittedWorkDone();
    speech.slices.onFinished = undefined;
    return {
      flops: slices.reduce((sum, { flops }) => sum + flops, 0),
      bytes: slices.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  };
  return withSentences({ speech, ...arm }, manifest, voices, async (handles) => {
    const step = await sizeOf(() => speech.advance(handles, 1));
    const decode = await sizeOf(() => speech.decode(handles));
    return { step, decode };
  });
}

function timeParts({ speech, ...arm }: OurArm, device: GPUDevice, manifest: Manifest, voices: number) {
  return withSentences({ speech, ...arm }, manifest, voices, async (handles): Promise<PartTimes[]> => {
    const advance = () => speech.advance(handles, KERNEL_FRAMES);
    const decode = () => speech.decode(handles);
    await advance();
    await decode();
    const [step, sound] = [await timeKernels(device, advance), await timeKernels(device, decode)];
    return [
      { voices, part: "LM", times: step },
      { voices, part: "decoder", times: sound },
    ];
  });
}
