/**
 * The SpeechBackend on a GPUDevice that belongs to the caller. Sentences live in slots; frames of all voices of a call are
 * made together; noise, sampling, pointer and stop test run on the GPU, and results come back once a call.
 */
import type { PacedBackend } from "../backend.ts";
import { BackendError, WeightsError } from "../errors.ts";
import type { Manifest, PointerSizes } from "../manifest.ts";
import type { Weights } from "../weights.ts";
import { createDecoder } from "./decoder.ts";
import { createEncoders } from "./encoders.ts";
import {
  createGpu,
  type Gpu,
  type NamedBytes,
  type OnProgress,
  type ReadShader,
  type WeightType,
} from "./gpu.ts";
import { createLanguageModel } from "./language-model.ts";
import { createLanguageModelBuffers } from "./language-model-buffers.ts";
import { checkDecoder, checkLanguageModel } from "./self-test.ts";
import { createSentences } from "./sentences.ts";
import { createJobQueue, type JobQueue, type Pacing } from "./slices.ts";
import { createSlotTable, type SlotTable } from "./slot-table.ts";
import { openTensors, roundedTensors, type TensorOptions } from "./tensors.ts";
import { createTrainer } from "./trainer.ts";

export interface WebGpuOptions {
  readonly device: GPUDevice;
  readonly readShader: ReadShader;
  /** Sentences that may be open at once, 1 to 64; one more waits until another is closed. Defaults to 8. */
  readonly slots?: number;
  /** Positions of a slot: a sentence's speaker, symbols (at most half of them) and frames; 16 to 2048. Defaults to 512. */
  readonly positions?: number;
  /**
   * How matrices are stored; sums, keys and values are f32 in any case. int8 halves the bytes of the language model, for large
   * ones whose steps wait for memory; its rows are rounded when they are uploaded, and the convolutions of decoder and encoders
   * stay f16. Defaults to f16.
   */
  readonly weightType?: WeightType;
  /** `caller`: nothing is submitted until `slices.submit` is called. Defaults to `immediate`. */
  readonly pacing?: Pacing;
  /** Told while pipelines are compiled. */
  readonly onProgress?: OnProgress;
  /** Awaited between pieces of the upload of the weights, so that a page can draw. */
  readonly yieldToFrame?: () => Promise<void>;
}

export interface WebGpuBackend extends PacedBackend {
  /** What is allocated on the device. */
  memory(): readonly NamedBytes[];
}

export const WEBGPU_DEFAULTS = { slots: 8, positions: 512, weightType: "f16", pacing: "immediate" } as const;

/** What speaking and training need; the two encoders are loaded when they are first used. */
export const WEBGPU_SPEAK_FILES: readonly string[] = ["language-model.safetensors", "decoder.safetensors"];

/**
 * @throws BackendError when the device is lost, lacks memory, or a shader does not compile or computes wrongly
 * @throws WeightsError when a file is missing or damaged, or the model has no pointer or sizes the kernels do not allow
 * @throws RangeError for slots or positions out of range
 */
export async function createWebGpuBackend(weights: Weights, options: WebGpuOptions): Promise<WebGpuBackend> {
  const pointer = pointerOf(weights.manifest);
  const { device } = options;
  const gpu = createGpu(device, options.readShader, options.onProgress);
  const lost = device.lost.then(({ reason, message }) => {
    throw new BackendError(
      `The GPU device was lost (${message || reason}). Create a synthesizer on a new device.`,
    );
  });
  try {
    return await Promise.race([load(gpu, weights, pointer, options, lost), lost]);
  } catch (error) {
    gpu.dispose();
    throw error;
  }
}

async function load(
  gpu: Gpu,
  weights: Weights,
  pointer: PointerSizes,
  options: WebGpuOptions,
  lost: Promise<never>,
): Promise<WebGpuBackend> {
  const { manifest } = weights;
  const { slots, positions: capacity, weightType, pacing } = { ...WEBGPU_DEFAULTS, ...options };
  const open = async (file: string, tensorOptions: TensorOptions) =>
    openTensors(gpu, await weights.read(file), file, tensorOptions);
  const soundOptions: TensorOptions = { ...options, weightType: weightType === "int8" ? "f16" : weightType };
  const openSound = (file: string) => open(file, soundOptions);
  const [languageTensors, decoderTensors] = await Promise.all([
    open("language-model.safetensors", { ...options, weightType }),
    openSound("decoder.safetensors"),
  ]);
  const room = { slots, capacity };
  const buffers = createLanguageModelBuffers(gpu, manifest, room);
  const { latents } = buffers;
  const [model, decoder] = await Promise.all([
    createLanguageModel(gpu, languageTensors, manifest, room, buffers),
    createDecoder(gpu, decoderTensors, manifest, { slots, latents, mostFrames: capacity }),
  ]);
  await gpu.allocated();
  await languageTensors.upload();
  await decoderTensors.upload();
  const testJobs = createJobQueue(gpu, "immediate");
  await checkLanguageModel(manifest, pointer, roundedTensors(languageTensors), model, testJobs.run);
  await checkDecoder(decoder, manifest.decoder.delayLatents, testJobs.run);
  const jobs = createJobQueue(gpu, pacing);
  const table = createSlotTable(slots);
  const ending = createEnding(jobs, table, pacing);
  lost.catch(ending.abort);
  const speaking = createSentences(manifest, model, decoder, jobs, table);
  const encoders = createEncoders(gpu, openSound, manifest, jobs);
  const trainer = createTrainer(gpu, manifest, model.weights, jobs);
  return withEnd({ ...speaking, ...encoders, ...trainer }, jobs.slices, gpu, ending);
}

interface Ending {
  /** Why calls are refused; undefined while they are not. */
  reason(): Error | undefined;
  /** Refuses new calls and lets those under way finish, except what only the caller or another sentence could set going. */
  refuse(reason: Error): void;
  /** Rejects everything. */
  abort(reason: Error): void;
}

function createEnding(jobs: JobQueue, table: SlotTable, pacing: Pacing): Ending {
  let ended: Error | undefined;
  const refuse = (reason: Error) => {
    ended ??= reason;
    table.stop(reason);
    if (pacing === "caller") jobs.stop(reason);
  };
  return {
    reason: () => ended,
    refuse,
    abort(reason) {
      refuse(reason);
      jobs.stop(reason);
    },
  };
}

function pointerOf({ name, languageModel }: Manifest): PointerSizes {
  if (languageModel.pointer !== null) return languageModel.pointer;
  throw new WeightsError(
    `The weights "${name}" have no text pointer. The webgpu backend speaks pointer models only.`,
  );
}

type Methods = Omit<PacedBackend, "dispose" | "slices">;

/** Refuses calls when the device is lost or the backend disposed. */
function withEnd(methods: Methods, slices: PacedBackend["slices"], gpu: Gpu, ending: Ending): WebGpuBackend {
  const calls = new Set<Promise<unknown>>();
  let disposal: Promise<void> | undefined;
  const guarded = <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> => {
      const reason = ending.reason();
      if (reason !== undefined) return Promise.reject(reason);
      const call = work(...args);
      const forget = () => calls.delete(call);
      calls.add(call);
      call.then(forget, forget);
      return call;
    };
  };
  const end = async () => {
    ending.refuse(new BackendError("The backend is disposed. Create a new synthesizer."));
    await Promise.allSettled(calls);
    gpu.dispose();
  };
  return {
    openSentence: guarded(methods.openSentence),
    advance: guarded(methods.advance),
    decode: guarded(methods.decode),
    close: (handle) => (ending.reason() === undefined ? guarded(methods.close)(handle) : Promise.resolve()),
    encode: guarded(methods.encode),
    embedSpeaker: guarded(methods.embedSpeaker),
    adapterGradient: guarded(methods.adapterGradient),
    dispose: () => (disposal ??= end()),
    memory: () => gpu.memory(),
    slices,
  };
}
