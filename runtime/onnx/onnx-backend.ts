import * as ort from "onnxruntime-web";
import type { FrameBatch, Posterior, SentenceHandle, SpeechBackend } from "../backend.ts";
import { checkLongEnough, checkRequest, checkTrainingLine, checkWholeLatents } from "../check-calls.ts";
import { BackendError, WeightsError } from "../errors.ts";
import type { Manifest, PointerSizes } from "../manifest.ts";
import type { ReadFile, Weights } from "../weights.ts";
import { GRAPH_FILES, type GraphName } from "./files.ts";
import { createGraph, floatsOf, floatTensor, type Graph } from "./graph.ts";
import { loraTensors } from "./lora.ts";
import { decodeSentence, openSentence, stepSentence, type Sentence } from "./sentence.ts";
import { gradientOf } from "./train.ts";

export interface OnnxOptions {
  /** WASM threads; more than 1 needs SharedArrayBuffer (in a browser: COOP and COEP headers). Defaults to 1. */
  readonly threads?: number;
}

export const ONNX_DEFAULTS: Required<OnnxOptions> = { threads: 1 };

/**
 * The SpeechBackend on onnxruntime-web (WASM): for machines without WebGPU, for Node, and as the reference. Calls are
 * done one after the other. The first backend made on a thread decides its number of WASM threads.
 * @throws BackendError when onnxruntime cannot start or load a graph
 * @throws WeightsError when a file is missing or damaged, or the model has no pointer
 */
export async function createOnnxBackend(weights: Weights, options: OnnxOptions = {}): Promise<SpeechBackend> {
  const { manifest } = weights;
  const pointer = pointerOf(manifest);
  ort.env.wasm.numThreads = options.threads ?? ONNX_DEFAULTS.threads;
  const graphs = createGraphs(weights);
  try {
    await graphs.load(["prefill", "step", "decoder"]);
  } catch (error) {
    await graphs.release();
    throw error;
  }
  return withQueue(createMethods(manifest, pointer, graphs.get), graphs.release);
}

function pointerOf({ name, languageModel }: Manifest): PointerSizes {
  if (languageModel.pointer !== null) return languageModel.pointer;
  throw new WeightsError(
    `The weights "${name}" have no text pointer. The onnx backend speaks pointer models only.`,
  );
}

type GetGraph = (name: GraphName) => Promise<Graph>;

/** Graphs by name, each compiled once when first needed; one that failed is tried again at the next call. */
function createGraphs(weights: Weights) {
  const made = new Map<GraphName, Promise<Graph>>();
  const get = (name: GraphName, read = weights.read) => {
    const graph = made.get(name) ?? loadGraph(name, read);
    made.set(name, graph);
    graph.catch(() => made.delete(name));
    return graph;
  };
  return {
    get: (name: GraphName) => get(name),
    /** Loads several at once; tensors they share are read once. */
    load(names: readonly GraphName[]) {
      const read = onceEach(weights.read);
      return Promise.all(names.map((name) => get(name, read)));
    },
    async release() {
      const settled = await Promise.allSettled(made.values());
      made.clear();
      await Promise.all(
        settled.map((each) => (each.status === "fulfilled" ? each.value.release() : undefined)),
      );
    },
  };
}

function onceEach(read: ReadFile): ReadFile {
  const started = new Map<string, ReturnType<ReadFile>>();
  return (name) => {
    const bytes = started.get(name) ?? read(name);
    started.set(name, bytes);
    return bytes;
  };
}

async function loadGraph(name: GraphName, read: ReadFile): Promise<Graph> {
  const files = GRAPH_FILES[name];
  const [graph, tensors] = await Promise.all([read(files.graph), read(files.tensors)]);
  return createGraph(name, graph, tensors);
}

type Methods = Omit<SpeechBackend, "dispose">;

function createMethods(manifest: Manifest, pointer: PointerSizes, graph: GetGraph): Methods {
  const open = new Map<SentenceHandle, Sentence>();
  let nextHandle = 1;
  const sentenceOf = (handle: SentenceHandle) => {
    const sentence = open.get(handle);
    if (sentence === undefined)
      throw new RangeError(`Sentence ${handle} is not open; it was closed or never opened.`);
    return sentence;
  };
  return {
    async openSentence(request) {
      checkRequest(request, manifest);
      const lora = loraTensors(request.adapter, manifest);
      open.set(nextHandle, await openSentence(await graph("prefill"), request, lora, manifest));
      return nextHandle++;
    },
    async advance(handles, maxFrames) {
      const step = await graph("step");
      return inTurn(handles.map(sentenceOf), (each) =>
        advanceSentence(step, each, maxFrames, manifest, pointer),
      );
    },
    async decode(handles) {
      const decoder = await graph("decoder");
      return inTurn(handles.map(sentenceOf), (each) => decodeSentence(decoder, each, manifest));
    },
    async close(handle) {
      open.delete(handle);
    },
    async encode(samples) {
      checkWholeLatents(samples, manifest);
      return posterior(await graph("encoder"), samples);
    },
    async embedSpeaker(samples) {
      checkLongEnough(samples, manifest);
      return posterior(await graph("speakerEncoder"), samples);
    },
    async adapterGradient(line, adapter) {
      checkTrainingLine(line, manifest);
      const lora = loraTensors(adapter, manifest);
      return gradientOf(await graph("train"), line, lora, adapter.rank, manifest, pointer);
    },
  };
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

async function advanceSentence(
  step: Graph,
  sentence: Sentence,
  maxFrames: number,
  manifest: Manifest,
  pointer: PointerSizes,
): Promise<FrameBatch> {
  const symbols: number[] = [];
  while (symbols.length < maxFrames && sentence.ended === undefined) {
    const symbol = await stepSentence(step, sentence, manifest, pointer);
    if (symbol !== undefined) symbols.push(symbol);
  }
  const { ended } = sentence;
  return { symbolIndices: Int32Array.from(symbols), ...(ended !== undefined && { ended }) };
}

async function posterior(encoder: Graph, samples: Float32Array): Promise<Posterior> {
  const output = await encoder.run({ samples: floatTensor(samples, [1, samples.length]) });
  return { mean: floatsOf(output("mean")), logScale: floatsOf(output("log_scale")) };
}

/** Does calls one after the other (onnxruntime does not allow two runs at once) and refuses them after disposal. */
function withQueue(methods: Methods, release: () => Promise<void>): SpeechBackend {
  let tail: Promise<unknown> = Promise.resolve();
  let disposed = false;
  const queued = <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> => {
      if (disposed)
        return Promise.reject(new BackendError("The backend is disposed. Create a new synthesizer."));
      const result = tail.then(() => work(...args));
      tail = result.catch(() => undefined);
      return result;
    };
  };
  const releaseOnce = queued(release);
  return {
    openSentence: queued(methods.openSentence),
    advance: queued(methods.advance),
    decode: queued(methods.decode),
    close: (handle) => (disposed ? Promise.resolve() : queued(methods.close)(handle)),
    encode: queued(methods.encode),
    embedSpeaker: queued(methods.embedSpeaker),
    adapterGradient: queued(methods.adapterGradient),
    dispose() {
      if (disposed) return Promise.resolve();
      const done = releaseOnce();
      disposed = true;
      return done;
    },
  };
}
