import type { SpeechBackend } from "../backend.ts";
import { BackendError } from "../errors.ts";
import type { Weights } from "../weights.ts";
import type { OnnxOptions } from "./onnx-backend.ts";
import { createCaller, serveCalls, type CallPort } from "./port-calls.ts";

/**
 * The onnx backend in a worker behind `port`, so that this thread never blocks. Bytes of the weights are read on this
 * side and move to the worker. The caller made the worker from `onnx/worker.ts` and ends it after `dispose`.
 * @throws BackendError, WeightsError as `createOnnxBackend` does
 */
export async function createWorkerBackend(
  port: CallPort,
  weights: Weights,
  options: OnnxOptions = {},
): Promise<SpeechBackend> {
  const call = createCaller(port);
  const files = new MessageChannel();
  const readCopy = async (name: string) => (await weights.read(name)).slice(); // results move; `read` may keep its own
  serveCalls(files.port1, { read: readCopy });
  let disposed = false;
  const remote = async (method: keyof SpeechBackend, ...args: readonly unknown[]) => {
    if (disposed) throw new BackendError("The backend is disposed. Create a new synthesizer.");
    return call(method, args);
  };
  await call("create", [weights.manifest, options, files.port2], [files.port2]);
  return {
    openSentence: (request) => remote("openSentence", request) as ReturnType<SpeechBackend["openSentence"]>,
    advance: (handles, frames) => remote("advance", handles, frames) as ReturnType<SpeechBackend["advance"]>,
    decode: (handles) => remote("decode", handles) as ReturnType<SpeechBackend["decode"]>,
    encode: (samples) => remote("encode", samples) as ReturnType<SpeechBackend["encode"]>,
    embedSpeaker: (samples) => remote("embedSpeaker", samples) as ReturnType<SpeechBackend["embedSpeaker"]>,
    adapterGradient: (line, adapter) =>
      remote("adapterGradient", line, adapter) as ReturnType<SpeechBackend["adapterGradient"]>,
    async close(handle) {
      if (!disposed) await remote("close", handle);
    },
    async dispose() {
      if (disposed) return;
      const done = remote("dispose");
      disposed = true;
      await done;
      files.port1.close();
    },
  };
}
