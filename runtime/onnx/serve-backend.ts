import type { SpeechBackend } from "../backend.ts";
import { BackendError } from "../errors.ts";
import type { Manifest } from "../manifest.ts";
import type { ReadFile, Weights } from "../weights.ts";
import type { OnnxOptions } from "./onnx-backend.ts";
import { createCaller, serveCalls, type CallPort } from "./port-calls.ts";

/** Makes the backend that a served port shall offer. */
export type CreateBackend = (weights: Weights, options: OnnxOptions) => Promise<SpeechBackend>;

/** The worker's side of `createWorkerBackend`: makes one backend on request and does its calls. */
export function serveBackend(port: CallPort, createBackend: CreateBackend): void {
  let made: SpeechBackend | undefined;
  const backend = () => {
    if (made !== undefined) return made;
    throw new BackendError("The worker has no backend yet. Call createWorkerBackend first.");
  };
  serveCalls(port, {
    async create(manifest: Manifest, options: OnnxOptions, files: CallPort) {
      const call = createCaller(files);
      const read = (name: string) => call("read", [name]) as ReturnType<ReadFile>;
      made = await createBackend({ manifest, read }, options);
    },
    openSentence: async (...args: Parameters<SpeechBackend["openSentence"]>) =>
      backend().openSentence(...args),
    advance: async (...args: Parameters<SpeechBackend["advance"]>) => backend().advance(...args),
    decode: async (...args: Parameters<SpeechBackend["decode"]>) => backend().decode(...args),
    close: async (...args: Parameters<SpeechBackend["close"]>) => backend().close(...args),
    encode: async (...args: Parameters<SpeechBackend["encode"]>) => backend().encode(...args),
    embedSpeaker: async (...args: Parameters<SpeechBackend["embedSpeaker"]>) =>
      backend().embedSpeaker(...args),
    adapterGradient: async (...args: Parameters<SpeechBackend["adapterGradient"]>) =>
      backend().adapterGradient(...args),
    dispose: async () => backend().dispose(),
  });
}
