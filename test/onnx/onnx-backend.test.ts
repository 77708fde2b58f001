import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Adapter, SentenceRequest, SpeechBackend } from "../../runtime/backend.ts";
import { AdapterError, AudioInputError, BackendError, WeightsError } from "../../runtime/errors.ts";
import { SPEAK_FILES } from "../../runtime/onnx/files.ts";
import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import { lineStream } from "../../runtime/voice/line-stream.ts";
import { parseSeed } from "../../runtime/voice/seed.ts";
import { speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { largestDifference, readGolden, readTiny } from "./tiny-weights.ts";

const weights = await loadWeights(readTiny, SPEAK_FILES);
const { manifest } = weights;

/** The sentence of golden/sentence.safetensors. */
const request: SentenceRequest = {
  speaker: speakerLatentOf(parseSeed(42), manifest.speaker),
  symbols: Int32Array.from("<s> |HH AH0 L OW1 , |T R AE1 V AH0 L ER0 !".split(" "), (symbol) =>
    manifest.symbols.indexOf(symbol),
  ),
  noise: { seedLo: 42, seedHi: 0, stream: lineStream("Hello, traveler!", 0) },
  temperature: 0.3,
};

let backend: SpeechBackend;
beforeAll(async () => {
  backend = await createOnnxBackend(weights);
});
afterAll(() => backend.dispose());

/** Speaks a whole sentence, `chunk` frames at a time. */
async function speakWhole(sentence: SentenceRequest, chunk: number) {
  const handle = await backend.openSentence(sentence);
  const pointers: number[] = [];
  const samples: number[] = [];
  for (let ended: string | undefined; ended === undefined;) {
    const [batch] = await backend.advance([handle], chunk);
    pointers.push(...(batch?.symbolIndices ?? []));
    ended = batch?.ended;
    const [piece] = await backend.decode([handle]);
    samples.push(...(piece ?? []));
  }
  await backend.close(handle);
  return { pointers, samples };
}

function adapterOf(rank: number, value: number): Adapter {
  const { layers, dim } = manifest.languageModel;
  const of = (size: number) => Float32Array.from({ length: size }, (_, n) => value * Math.sin(n));
  return {
    rank,
    attentionA: of(layers * 4 * rank * dim),
    attentionB: of(layers * 4 * dim * rank),
    headA: of(rank * dim),
    headB: of(2 * manifest.latentDim * rank),
  };
}

describe("createOnnxBackend", () => {
  it("speaks the sentence the PyTorch model speaks", async () => {
    const golden = await readGolden("sentence");
    const { pointers, samples } = await speakWhole(request, 100);
    expect(largestDifference(request.speaker, golden("speaker").data)).toBeLessThan(1e-6);
    expect(pointers).toEqual([...golden("pointer").data]);
    expect(samples.length).toBe(pointers.length * manifest.samplesPerLatent);
    const undelayed = samples.slice(0, golden("samples").data.length);
    expect(largestDifference(undelayed, golden("samples").data)).toBeLessThan(1e-3);
  });

  it("gives the same samples however the sentence is cut into calls", async () => {
    const whole = await speakWhole(request, 100);
    for (const chunk of [1, 3]) {
      const cut = await speakWhole(request, chunk);
      expect(cut.pointers).toEqual(whole.pointers);
      expect(largestDifference(cut.samples, whole.samples)).toBeLessThan(1e-5);
    }
  });

  it("keeps sentences advanced together apart", async () => {
    const other = { ...request, noise: { ...request.noise, stream: 99 } };
    const alone = [await speakWhole(request, 4), await speakWhole(other, 4)];
    const handles = [await backend.openSentence(request), await backend.openSentence(other)];
    const batches = await backend.advance(handles, 100);
    const samples = await backend.decode(handles);
    alone.forEach((expected, index) => {
      expect([...(batches[index]?.symbolIndices ?? [])]).toEqual(expected.pointers);
      expect(largestDifference(samples[index] ?? [], expected.samples)).toBeLessThan(1e-5);
    });
    expect((await backend.advance(handles, 5)).map(({ symbolIndices }) => symbolIndices.length)).toEqual([
      0, 0,
    ]);
    expect((await backend.decode(handles)).map(({ length }) => length)).toEqual([0, 0]);
    await Promise.all(handles.map((handle) => backend.close(handle)));
  });

  it("lets an adapter change the voice, and one of zeros change nothing", async () => {
    const plain = await speakWhole(request, 100);
    const zeros = await speakWhole({ ...request, adapter: adapterOf(2, 0) }, 100);
    const learned = await speakWhole({ ...request, adapter: adapterOf(3, 0.2) }, 100);
    expect(largestDifference(zeros.samples, plain.samples)).toBeLessThan(1e-5);
    expect(learned.samples).not.toEqual(plain.samples);
  });

  it("loads two backends at once", async () => {
    const make = () => createOnnxBackend({ manifest, read: readTiny });
    const pair = await Promise.all([make(), make()]);
    await Promise.all(pair.map((each) => each.dispose()));
  });

  it("encodes sound and embeds a speaker with weights read only then", async () => {
    const encoder = await readGolden("encoder");
    const latents = await backend.encode(encoder("input.samples").data as Float32Array);
    expect(largestDifference(latents.mean, encoder("output.mean").data)).toBeLessThan(1e-3);
    const speaker = await readGolden("speaker-encoder");
    const voice = await backend.embedSpeaker(speaker("input.samples").data as Float32Array);
    expect(largestDifference(voice.mean, speaker("output.mean").data)).toBeLessThan(1e-3);
    expect(largestDifference(voice.logScale, speaker("output.log_scale").data)).toBeLessThan(1e-3);
  });
});

describe("createOnnxBackend, given what it cannot use", () => {
  it.each<[string, Partial<SentenceRequest>]>([
    ["an unknown symbol", { symbols: Int32Array.of(1, 9999) }],
    ["padding", { symbols: Int32Array.of(1, 0) }],
    ["one symbol", { symbols: Int32Array.of(1) }],
    ["a speaker of another size", { speaker: new Float32Array(3) }],
    ["a negative temperature", { temperature: -1 }],
  ])("refuses %s", async (_, change) => {
    await expect(backend.openSentence({ ...request, ...change })).rejects.toThrow(RangeError);
  });

  it("refuses an adapter of another model", async () => {
    const adapter = { ...adapterOf(2, 0.1), headB: new Float32Array(7) };
    await expect(backend.openSentence({ ...request, adapter })).rejects.toThrow(AdapterError);
    await expect(backend.openSentence({ ...request, adapter })).rejects.toThrow(
      /headB has 7 numbers; .* \[16, 2\]/,
    );
  });

  it("refuses a closed sentence, but closes it again without complaint", async () => {
    const handle = await backend.openSentence(request);
    await backend.close(handle);
    await backend.close(handle);
    await expect(backend.advance([handle], 1)).rejects.toThrow(RangeError);
    await expect(backend.decode([handle])).rejects.toThrow(RangeError);
  });

  it("refuses sound that is too short or not whole latents", async () => {
    await expect(backend.encode(new Float32Array(1000))).rejects.toThrow(AudioInputError);
    await expect(backend.encode(new Float32Array(0))).rejects.toThrow(AudioInputError);
    await expect(backend.embedSpeaker(new Float32Array(15999))).rejects.toThrow(AudioInputError);
  });

  it("refuses everything after it was disposed, and lets calls before that finish", async () => {
    const short = await createOnnxBackend({ manifest, read: readTiny });
    const opening = short.openSentence(request);
    await Promise.all([short.dispose(), short.dispose()]);
    expect(await opening).toBeTypeOf("number");
    await expect(short.openSentence(request)).rejects.toThrow(BackendError);
    await short.close(1);
  });

  it("says which graph onnxruntime could not load", async () => {
    const damaged = { manifest, read: async (name: string) => (await readTiny(name)).fill(7, 0, 500) };
    await expect(createOnnxBackend(damaged)).rejects.toThrow(BackendError);
    await expect(createOnnxBackend(damaged)).rejects.toThrow(/could not load \S+\.onnx/);
  });

  it("refuses a model without pointer", async () => {
    const official = { ...manifest, languageModel: { ...manifest.languageModel, pointer: null } };
    await expect(createOnnxBackend({ manifest: official, read: readTiny })).rejects.toThrow(WeightsError);
  });
});
