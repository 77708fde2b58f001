/**
 * The public door of the runtime: text and a voice in, chunks of sound out. The only file that names a concrete backend.
 *
 * ```ts
 * const synthesizer = await createSynthesizer({ read: (name) => readFileOfWeights(name), backend: "onnx" });
 * for await (const { samples, events } of synthesizer.speak("Hello there!", { voice: { seed: 42 } })) play(samples);
 * await synthesizer.dispose();
 * ```
 */
import type { LearnState } from "./adapt/learn-state.ts";
import {
  type LearnControl,
  type LearnedVoiceFile,
  learnVoice,
  type LearnVoiceOptions,
  resumeVoice,
} from "./adapt/learn-voice.ts";
import type { SpeechBackend } from "./backend.ts";
import type { Manifest } from "./manifest.ts";
import { SPEAK_FILES } from "./onnx/files.ts";
import type { CallPort } from "./onnx/port-calls.ts";
import { speak, type SpeechChunk } from "./speech/speak.ts";
import type { SpeechOptions } from "./speech/speech-options.ts";
import type { ReadShader } from "./webgpu/gpu.ts";
import type { WebGpuOptions } from "./webgpu/webgpu-backend.ts";
import { loadWeights, type ReadFile } from "./weights.ts";

export type { Adapter } from "./backend.ts";
export * from "./errors.ts";
export type { Manifest } from "./manifest.ts";
export { checkRecording } from "./adapt/check-recording.ts";
export { type Consent, consentStatement, requireConsent } from "./adapt/consent.ts";
export { LEARN_SETTINGS } from "./adapt/learn-settings.ts";
export { type LearnState, readLearnState, writeLearnState } from "./adapt/learn-state.ts";
export type {
  LearnControl,
  LearnedVoiceFile,
  LearnProgress,
  LearnReport,
  LearnVoiceOptions,
} from "./adapt/learn-voice.ts";
export { readVoiceFile, writeVoiceFile } from "./adapt/voice-file.ts";
export { checkReference, type Recording, type Reference } from "./speech/check-reference.ts";
export type { SpeechChunk } from "./speech/speak.ts";
export type { SpeechEvent } from "./speech/speech-events.ts";
export { STYLE_NAMES, type StyleName } from "./styles.ts";
export { SPEECH_DEFAULTS, type SpeechOptions, type SpeechVoice } from "./speech/speech-options.ts";
export type { UserLexicon } from "./text/lexicon.ts";
export type { Viseme } from "./text/visemes.ts";
export * from "./voice/index.ts";
export type { ReadFile } from "./weights.ts";

/** onnxruntime-web on the CPU. */
export interface OnnxSynthesizerOptions {
  /** Gives the bytes of a file of the weights folder by name. */
  readonly read: ReadFile;
  readonly backend: "onnx";
  /** WASM threads; more than 1 needs SharedArrayBuffer. Defaults to 1. */
  readonly threads?: number;
  /** A Worker made from `onnx/worker.ts`: the model then runs there. Defaults to this thread. The caller ends it. */
  readonly worker?: CallPort;
}

/** Compute shaders on a device that stays the caller's. */
export interface WebGpuSynthesizerOptions extends Omit<WebGpuOptions, "readShader" | "pacing"> {
  /** Gives the bytes of a file of the weights folder by name. */
  readonly read: ReadFile;
  readonly backend: "webgpu";
  /** Gives the text of a shader by name. Defaults to those that Vite bundled. */
  readonly readShader?: ReadShader;
}

export type SynthesizerOptions = OnnxSynthesizerOptions | WebGpuSynthesizerOptions;

export interface Synthesizer {
  readonly manifest: Manifest;
  /**
   * Speaks a text as a stream of chunks; see `speak` in speech/speak.ts.
   * @throws VoiceTextError, RangeError, WeightsError, BackendError or the signal's reason, when a chunk is asked for
   */
  speak(text: string, options?: SpeechOptions): AsyncGenerator<SpeechChunk, void, undefined>;
  /**
   * The voice of a recording that `checkReference` passed (mono at the manifest's rate, at least 1 s) as a speaker
   * latent [S], to be spoken with by `speak(text, { voice: { latent } })`.
   * @throws AudioInputError when it is too short
   */
  embedSpeaker(samples: Float32Array): Promise<Float32Array>;
  /**
   * Learns a voice from one recording and its transcript; see `learnVoice` in adapt/learn-voice.ts.
   * @throws ConsentError before anything is computed when the consent is not valid; AudioInputError, VoiceTextError,
   * RangeError, BackendError or the signal's reason
   */
  learnVoice(options: LearnVoiceOptions): Promise<LearnedVoiceFile>;
  /** Goes on with a voice that was being learned; see `resumeVoice` in adapt/learn-voice.ts. */
  resumeVoice(state: LearnState, control?: LearnControl): Promise<LearnedVoiceFile>;
  /** Frees the model. Lines still speaking end with a BackendError. */
  dispose(): Promise<void>;
}

/**
 * Loads the weights and the backend.
 * @throws WeightsError when a file is missing, damaged or of another version
 * @throws BackendError when the backend cannot start, or the GPU computes wrongly; another backend may
 */
export async function createSynthesizer(options: SynthesizerOptions): Promise<Synthesizer> {
  const { manifest, backend } = await (options.backend === "onnx"
    ? startOnnx(options)
    : startWebGpu(options));
  return {
    manifest,
    speak: (text, speechOptions) => speak(backend, manifest, text, speechOptions),
    embedSpeaker: async (samples) => (await backend.embedSpeaker(samples)).mean,
    learnVoice: (learnOptions) => learnVoice(backend, manifest, learnOptions),
    resumeVoice: (state, control) => resumeVoice(backend, manifest, state, control),
    dispose: () => backend.dispose(),
  };
}

interface Started {
  readonly manifest: Manifest;
  readonly backend: SpeechBackend;
}

/** Imported when needed, so that a page that gives a worker does not load onnxruntime itself. */
async function startOnnx({ read, threads, worker }: OnnxSynthesizerOptions): Promise<Started> {
  const weights = await loadWeights(read, SPEAK_FILES);
  const { manifest } = weights;
  const onnxOptions = threads === undefined ? {} : { threads };
  if (worker !== undefined) {
    const { createWorkerBackend } = await import("./onnx/worker-backend.ts");
    return { manifest, backend: await createWorkerBackend(worker, weights, onnxOptions) };
  }
  const { createOnnxBackend } = await import("./onnx/onnx-backend.ts");
  return { manifest, backend: await createOnnxBackend(weights, onnxOptions) };
}

async function startWebGpu({ read, ...options }: WebGpuSynthesizerOptions): Promise<Started> {
  const { createWebGpuBackend, WEBGPU_SPEAK_FILES } = await import("./webgpu/webgpu-backend.ts");
  const readShader = options.readShader ?? (await import("./webgpu/bundled-shaders.ts")).readBundledShader;
  const weights = await loadWeights(read, WEBGPU_SPEAK_FILES);
  return {
    manifest: weights.manifest,
    backend: await createWebGpuBackend(weights, { ...options, readShader }),
  };
}
