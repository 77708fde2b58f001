import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import type { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import type { SpeechBackend } from "../../runtime/backend.ts";
import { BackendError } from "../../runtime/errors.ts";
import { SPEAK_FILES } from "../../runtime/onnx/files.ts";
import { createWorkerBackend } from "../../runtime/onnx/worker-backend.ts";
import type { Weights } from "../../runtime/weights.ts";

/**
 * `webgpu`: on the engine's own device; `worker`: on the CPU, beside the page; `auto`: webgpu on a real GPU, otherwise
 * worker. Or a backend of the caller's, who disposes it.
 */
export type BackendChoice = "auto" | "webgpu" | "worker" | SpeechBackend;

/** A backend in use. */
export interface ChosenBackend {
  readonly backend: SpeechBackend;
  readonly kind: "webgpu" | "worker" | "given";
  /** For people: kind and hardware. */
  readonly label: string;
  readonly weights: Weights;
  /** Resolves with the reason when it breaks down: the device is lost, the worker crashes. */
  readonly lost: Promise<string>;
  dispose(): void;
}

export interface BackendSetup {
  readonly choice: BackendChoice;
  readonly engine: AbstractEngine;
  /** Reads the weights; `files` are what the backend reads at load. */
  readonly load: (files: readonly string[]) => Promise<Weights>;
  /** Makes a Worker of runtime/onnx/worker.ts. */
  readonly createWorker: () => Worker;
  /** WASM threads of the worker. */
  readonly threads: number;
  /** Sentences that the webgpu backend holds open at a time. */
  readonly slots: number;
  readonly onCompiled: (compiled: number, total: number) => void;
  /** Hears why `auto` did not take the GPU. */
  readonly onError: (error: unknown) => void;
}

/**
 * Starts the backend that the choice asks for.
 * @throws BackendError when it cannot start, WeightsError when the weights are not whole
 */
export async function chooseBackend(setup: BackendSetup): Promise<ChosenBackend> {
  const { choice, engine, onError } = setup;
  if (typeof choice === "object") return useGiven(choice, setup);
  if (choice === "webgpu") return startWebGpu(setup);
  if (choice === "worker" || !hasRealGpu(engine)) return startWorker(setup);
  try {
    return await startWebGpu(setup);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    onError(error);
    return startWorker(setup);
  }
}

async function useGiven(backend: SpeechBackend, { load }: BackendSetup): Promise<ChosenBackend> {
  const weights = await load([]);
  const lost = new Promise<never>(() => undefined); // the caller sees to it
  return { backend, kind: "given", label: "given backend", weights, lost, dispose: () => undefined };
}

async function startWebGpu({ engine, load, slots, onCompiled }: BackendSetup): Promise<ChosenBackend> {
  const device = deviceOf(engine);
  if (device === undefined) {
    throw new BackendError(
      'The engine is not a WebGPUEngine. Create one, or choose the backend "worker" or "auto".',
    );
  }
  const [{ createWebGpuBackend, WEBGPU_SPEAK_FILES }, { readBundledShader }] = await Promise.all([
    import("../../runtime/webgpu/webgpu-backend.ts"),
    import("../../runtime/webgpu/bundled-shaders.ts"),
  ]);
  const weights = await load(WEBGPU_SPEAK_FILES);
  const backend = await createWebGpuBackend(weights, {
    device,
    readShader: readBundledShader,
    slots,
    pacing: "caller",
    onProgress: onCompiled,
    yieldToFrame: () => new Promise((resolve) => setTimeout(resolve)),
  });
  return {
    backend,
    kind: "webgpu",
    label: `WebGPU (${adapterName(device)})`,
    weights,
    lost: device.lost.then(({ message, reason }) => `the GPU device was lost: ${message || reason}`),
    dispose: () => void backend.dispose(),
  };
}

async function startWorker({ load, createWorker, threads }: BackendSetup): Promise<ChosenBackend> {
  const weights = await load(SPEAK_FILES);
  const worker = createWorker();
  const lost = new Promise<string>((resolve) => {
    worker.addEventListener("error", ({ message }) =>
      resolve(`the worker failed: ${message || "it could not be loaded"}`),
    );
  });
  try {
    const backend = await createWorkerBackend(worker, weights, { threads });
    return {
      backend,
      kind: "worker",
      label: "Worker (WASM)",
      weights,
      lost,
      dispose: () => worker.terminate(),
    };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

/** Babylon's own device: a public member that it marks internal. There is no other way to share it. */
function deviceOf(engine: AbstractEngine): GPUDevice | undefined {
  const { _device: device } = engine as WebGPUEngine;
  return engine.isWebGPU ? device : undefined;
}

/** A software adapter is slower than the WASM backend, and would share the game's own time. */
function hasRealGpu(engine: AbstractEngine): boolean {
  const device = deviceOf(engine);
  return (
    device !== undefined && !/fallback|swiftshader|llvmpipe|warp|basic render/i.test(adapterName(device))
  );
}

function adapterName({ adapterInfo }: GPUDevice): string {
  const { vendor, architecture, description, isFallbackAdapter } = adapterInfo;
  const name = description || `${vendor} ${architecture}`.trim() || "unknown adapter";
  return isFallbackAdapter ? `${name}, fallback` : name;
}
