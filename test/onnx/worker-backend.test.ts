import { afterEach, describe, expect, it } from "vitest";
import type { SpeechBackend } from "../../runtime/backend.ts";
import { AdapterError, BackendError, WeightsError } from "../../runtime/errors.ts";
import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import { createCaller, serveCalls, type CallPort } from "../../runtime/onnx/port-calls.ts";
import { serveBackend, type CreateBackend } from "../../runtime/onnx/serve-backend.ts";
import { createWorkerBackend } from "../../runtime/onnx/worker-backend.ts";
import { speak } from "../../runtime/speech/speak.ts";
import { goldenAdapter, goldenLine } from "../contract/adapter-gradient.ts";
import { goldenOf } from "../contract/tiny-sentence.ts";
import { createFakeBackend } from "../speech/fake-backend.ts";
import { readTiny, tinyManifest } from "./tiny-weights.ts";

const manifest = await tinyManifest();
const weights = { manifest, read: readTiny };

let channel: MessageChannel;
afterEach(() => channel.port1.close());

/** A worker backend whose worker is the other end of a channel. */
function connect(createBackend: CreateBackend): Promise<SpeechBackend> {
  channel = new MessageChannel();
  serveBackend(channel.port2, createBackend);
  return createWorkerBackend(channel.port1, weights);
}

async function spoken(backend: SpeechBackend): Promise<number[]> {
  const samples: number[] = [];
  for await (const chunk of speak(backend, manifest, "Hello there!")) samples.push(...chunk.samples);
  return samples;
}

describe("createWorkerBackend", () => {
  it("gives what the backend in the worker gives", async () => {
    const remote = await connect(async (given) => createFakeBackend(given.manifest));
    expect(await spoken(remote)).toEqual(await spoken(createFakeBackend(manifest)));
    expect((await remote.embedSpeaker(Float32Array.of(1, 2, 3))).mean).toEqual(Float32Array.of(1, 2, 3));
    await remote.dispose();
  });

  it("reads the weights on this side and keeps the reader's own bytes", async () => {
    const bytes = await readTiny("decoder.onnx");
    channel = new MessageChannel();
    const received: number[] = [];
    serveBackend(channel.port2, async ({ read }) => {
      received.push((await read("decoder.onnx")).length, (await read("decoder.onnx")).length);
      return createFakeBackend(manifest);
    });
    const remote = await createWorkerBackend(channel.port1, { manifest, read: async () => bytes });
    expect(received).toEqual([bytes.length, bytes.length]);
    expect(bytes.length).toBe(manifest.files["decoder.onnx"]?.bytes);
    await remote.dispose();
  });

  it("runs the onnx backend", async () => {
    const remote = await connect(createOnnxBackend);
    const local = await createOnnxBackend(weights);
    expect(await spoken(remote)).toEqual(await spoken(local));
    const golden = await goldenOf(readTiny, "lm-train");
    const training = [goldenLine(golden, manifest), goldenAdapter(golden)] as const;
    expect(await remote.adapterGradient(...training)).toEqual(await local.adapterGradient(...training));
    await Promise.all([remote.dispose(), local.dispose()]);
  });

  it("keeps the class and message of errors", async () => {
    const remote = await connect(async () => ({
      ...createFakeBackend(manifest),
      openSentence: () => Promise.reject(new AdapterError("of another model")),
      encode: () => Promise.reject(new TypeError("a bug")),
    }));
    const request = { conditioning: new Float32Array(8), symbols: Int32Array.of(1, 3), temperature: 0 };
    const noise = { seedLo: 0, seedHi: 0, stream: 1 };
    const opening = remote.openSentence({ ...request, noise });
    await expect(opening).rejects.toThrow(AdapterError);
    await expect(opening).rejects.toThrow("of another model");
    await expect(remote.decode([4])).rejects.toThrow(RangeError);
    await expect(remote.encode(new Float32Array(1))).rejects.toThrow(BackendError);
    await remote.dispose();
  });

  it("rejects when the backend cannot be made", async () => {
    await expect(connect(() => Promise.reject(new WeightsError("damaged")))).rejects.toThrow(WeightsError);
  });

  it("refuses calls after it was disposed", async () => {
    const remote = await connect(async () => createFakeBackend(manifest));
    await remote.dispose();
    await remote.dispose();
    await remote.close(1);
    await expect(remote.decode([1])).rejects.toThrow(BackendError);
  });
});

describe("serveBackend", () => {
  it("refuses calls before a backend was made", async () => {
    channel = new MessageChannel();
    serveBackend(channel.port2, async () => createFakeBackend(manifest));
    await expect(createCaller(channel.port1)("decode", [[1]])).rejects.toThrow(/no backend yet/);
  });
});

describe("createCaller", () => {
  it("rejects a method the other side does not have", async () => {
    channel = new MessageChannel();
    serveCalls(channel.port2, {});
    await expect(createCaller(channel.port1)("train", [])).rejects.toThrow(/no method "train"/);
  });

  it("rejects calls in progress and later ones when the worker fails", async () => {
    channel = new MessageChannel();
    const worker = Object.assign(new EventTarget(), { postMessage: () => undefined });
    const call = createCaller(worker as CallPort);
    const waiting = call("decode", []);
    worker.dispatchEvent(Object.assign(new Event("error"), { message: "script not found" }));
    await expect(waiting).rejects.toThrow("script not found");
    await expect(call("decode", [])).rejects.toThrow(BackendError);
  });
});
