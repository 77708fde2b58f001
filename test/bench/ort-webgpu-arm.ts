/**
 * onnxruntime-web's own WebGPU provider on the exported graphs. The cache and the decoder's state stay on the GPU; the
 * prediction comes to the CPU each step, because that is where it is sampled. The graphs have a cache that grows and a
 * batch of one, so graph capture is not possible and voices take turns. It runs on the device it is given.
 */
import * as ort from "onnxruntime-web/webgpu";
import type { SentenceHandle } from "../../runtime/backend.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import { GRAPH_FILES, type GraphName } from "../../runtime/onnx/files.ts";
import { floatsOf, floatTensor, type Graph, type Tensors } from "../../runtime/onnx/graph.ts";
import { loraTensors } from "../../runtime/onnx/lora.ts";
import { openSentence, stepSentence, type Sentence } from "../../runtime/onnx/sentence.ts";
import type { ReadFile, Weights } from "../../runtime/weights.ts";
import type { Arm } from "./arms.ts";

/** Less than is asked of ours: how exactly it computes is not ours to choose, and is printed beside its times. */
const GATE_DECIBELS = 20;

/** A sentence whose cache and decoder state are on the GPU. */
interface GpuSentence {
  readonly lm: Sentence;
  state: ort.Tensor;
}

/**
 * @param device the first arm of a page decides which one all use
 * @param wasm bytes of onnxruntime's ort-wasm-simd-threaded.asyncify.wasm
 * @throws Error when the model has no pointer, or onnxruntime has no such provider here
 */
export async function createOrtWebGpuArm(
  { manifest, read }: Weights,
  device: GPUDevice,
  wasm: ArrayBuffer,
): Promise<Arm> {
  const { pointer } = manifest.languageModel;
  if (pointer === null) throw new Error(`The weights "${manifest.name}" have no text pointer.`);
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = 1; // the CPU only drives the GPU
  const prefill = await createGpuGraph("prefill", read, device, ["cache"]);
  const step = await createGpuGraph("step", read, device, ["next_cache"]);
  const decoder = await createGpuGraph("decoder", read, device, ["next_state"]);
  const open = new Map<SentenceHandle, GpuSentence>();
  let nextHandle = 1;
  const sentenceOf = (handle: SentenceHandle): GpuSentence => {
    const sentence = open.get(handle);
    if (sentence === undefined) throw new RangeError(`Sentence ${handle} is not open.`);
    return sentence;
  };
  return {
    name: "ort-webgpu",
    gateDecibels: GATE_DECIBELS,
    speech: {
      async openSentence(request) {
        const lm = await openSentence(prefill, request, loraTensors(request.adapter, manifest), manifest);
        const { stateSize } = manifest.decoder;
        open.set(nextHandle, { lm, state: floatTensor(new Float32Array(stateSize), [1, stateSize]) });
        return nextHandle++;
      },
      async advance(handles, maxFrames) {
        const batches = [];
        for (const { lm } of handles.map(sentenceOf)) {
          const symbols: number[] = [];
          while (symbols.length < maxFrames && lm.ended === undefined) {
            const before = lm.cache;
            const symbol = await stepSentence(step, lm, manifest, pointer);
            if (lm.cache !== before) before.dispose();
            if (symbol !== undefined) symbols.push(symbol);
          }
          batches.push({ symbolIndices: Int32Array.from(symbols) });
        }
        return batches;
      },
      async decode(handles) {
        const sounds: Float32Array[] = [];
        for (const sentence of handles.map(sentenceOf))
          sounds.push(await decode(decoder, sentence, manifest));
        return sounds;
      },
      async close(handle) {
        const sentence = open.get(handle);
        open.delete(handle);
        sentence?.lm.cache.dispose();
        sentence?.state.dispose();
      },
      async dispose() {
        for (const graph of [prefill, step, decoder]) await graph.release();
      },
    },
  };
}

/** Version of onnxruntime-web. */
export const ORT_VERSION = ort.env.versions.web ?? "unknown";

/** Everything that was made and not decoded; a sentence of the bench never ends. */
async function decode(decoder: Graph, sentence: GpuSentence, { latentDim }: Manifest): Promise<Float32Array> {
  const { lm, state } = sentence;
  const latents = Float32Array.from(lm.undecoded.splice(0).flatMap((latent) => [...latent]));
  if (latents.length === 0) return latents;
  const shape = [1, latents.length / latentDim, latentDim];
  const output = await decoder.run({ latents: floatTensor(latents, shape), state });
  sentence.state = output("next_state");
  state.dispose();
  const samples = floatsOf(output("samples"));
  const dropped = Math.min(lm.samplesToDrop, samples.length);
  lm.samplesToDrop -= dropped;
  return samples.slice(dropped);
}

/** @param kept outputs that stay on the GPU */
async function createGpuGraph(
  name: GraphName,
  read: ReadFile,
  device: GPUDevice,
  kept: readonly string[],
): Promise<Graph> {
  const files = GRAPH_FILES[name];
  const session = await ort.InferenceSession.create(await read(files.graph), {
    executionProviders: [{ name: "webgpu", device }],
    logSeverityLevel: 3,
    externalData: [{ path: files.tensors, data: await read(files.tensors) }],
    preferredOutputLocation: Object.fromEntries(kept.map((output) => [output, "gpu-buffer" as const])),
  });
  return {
    async run(inputs: Tensors) {
      const outputs = await session.run(inputs);
      return (output) => {
        const tensor = outputs[output];
        if (tensor !== undefined) return tensor;
        throw new Error(`${files.graph} has no output "${output}"`);
      };
    },
    release: () => session.release(),
  };
}
