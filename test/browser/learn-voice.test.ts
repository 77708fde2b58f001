import { afterEach, expect, it } from "vitest";
import {
  createSynthesizer,
  type LearnedVoiceFile,
  type LearnVoiceOptions,
  type Synthesizer,
} from "../../runtime/index.ts";

const FOLDER = "/test/fixtures/tiny/";
const TRANSCRIPT = "Good evening, traveler. Mind the old bridge!";
const CONSENT = {
  statementVersion: 1,
  speaker: "nobody: a seed",
  givenAt: "2026-11-22T18:00:00Z",
  agreed: true,
} as const;

const workers: Worker[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(FOLDER + name);
  return new Uint8Array(await response.arrayBuffer());
}

function startWorker(): Worker {
  const worker = new Worker(new URL("../../runtime/onnx/worker.ts", import.meta.url), { type: "module" });
  workers.push(worker);
  return worker;
}

async function samplesOf(
  synthesizer: Synthesizer,
  text: string,
  voice?: LearnedVoiceFile,
): Promise<Float32Array> {
  const parts: number[] = [];
  const as =
    voice === undefined
      ? { voice: { seed: 3 } }
      : { voice: { latent: voice.latent }, adapter: voice.adapter };
  for await (const { samples } of synthesizer.speak(text, as)) parts.push(...samples);
  return Float32Array.from(parts);
}

/** Learns what the model itself says, in a Worker. */
async function learnInWorker(control: Pick<LearnVoiceOptions, "onProgress" | "signal" | "steps">) {
  const synthesizer = await createSynthesizer({ read, backend: "onnx", worker: startWorker() });
  const samples = await samplesOf(synthesizer, TRANSCRIPT);
  const learning = synthesizer.learnVoice({
    samples,
    transcript: TRANSCRIPT,
    consent: CONSENT,
    name: "Ada",
    ...control,
  });
  return { synthesizer, learning };
}

it("learns a voice in a Worker, from the recording to a line in that voice", async () => {
  const stages: string[] = [];
  const { synthesizer, learning } = await learnInWorker({
    steps: 5,
    onProgress: ({ stage, step, steps }) => stages.push(`${stage} ${step} of ${steps}`),
  });
  const voice = await learning;
  expect(stages.slice(-5)).toEqual([1, 2, 3, 4, 5].map((step) => `training ${step} of 5`));
  expect(voice.report.klAfter).toBeLessThanOrEqual(voice.report.klBefore);
  expect((await samplesOf(synthesizer, "Halt!", voice)).length).toBeGreaterThan(1280);
  await synthesizer.dispose();
});

it("stops when it is cancelled, and the synthesizer speaks on", async () => {
  const cancel = new AbortController();
  const told: number[] = [];
  const { synthesizer, learning } = await learnInWorker({
    steps: 10_000,
    signal: cancel.signal,
    onProgress({ stage, step }) {
      if (stage !== "training") return;
      told.push(step);
      if (step === 2) cancel.abort();
    },
  });
  await expect(learning).rejects.toMatchObject({ name: "AbortError" });
  expect(told).toEqual([1, 2]);
  expect((await samplesOf(synthesizer, "Halt!")).length).toBeGreaterThan(1280);
  await synthesizer.dispose();
});
