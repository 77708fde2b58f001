import { afterEach, expect, it } from "vitest";
import { createSynthesizer, WeightsError } from "../../runtime/index.ts";

const FOLDER = "/test/fixtures/tiny/";
const workers: Worker[] = [];

function startWorker(): Worker {
  const url = new URL("../../runtime/onnx/worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  workers.push(worker);
  return worker;
}

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(FOLDER + name);
  return new Uint8Array(await response.arrayBuffer());
}

async function samplesOf(worker: Worker | undefined): Promise<Float32Array> {
  const synthesizer = await createSynthesizer({ read, backend: "onnx", ...(worker && { worker }) });
  const parts: number[] = [];
  for await (const { samples } of synthesizer.speak("Hello, traveler!", { voice: { seed: 42 } })) {
    parts.push(...samples);
  }
  await synthesizer.dispose();
  return Float32Array.from(parts);
}

afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

it("speaks in a Worker the same samples as on the page", async () => {
  const there = await samplesOf(startWorker());
  expect(there.length).toBeGreaterThan(1280);
  expect(there.some((sample) => Math.abs(sample) > 1e-3)).toBe(true);
  expect(there).toEqual(await samplesOf(undefined));
});

it("reports damaged weights from the page to the caller", async () => {
  const damaged = async (name: string) => {
    const bytes = await read(name);
    if (name.endsWith(".safetensors")) bytes[bytes.length - 1]! ^= 1;
    return bytes;
  };
  const made = createSynthesizer({ read: damaged, backend: "onnx", worker: startWorker() });
  await expect(made).rejects.toBeInstanceOf(WeightsError);
});
