/** The tiny model's golden sentence, and what the contract's cases do with it. */
import type { Adapter, SentenceHandle, SentenceRequest, SpeechBackend } from "../../runtime/backend.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import { parseSafetensors } from "../../runtime/safetensors.ts";
import { conditioningOf } from "../../runtime/styles.ts";
import { lineStream } from "../../runtime/voice/line-stream.ts";
import { parseSeed } from "../../runtime/voice/seed.ts";
import { speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import type { ReadFile } from "../../runtime/weights.ts";

/** Largest absolute difference of samples that rounding explains: to another engine, and to the same backend. */
export const TO_GOLDEN = 1e-3;
/** Of speech, in which every frame is made from the last: what rounding differs by grows (1.9e-3 with sums by subgroups, 6e-4 without). */
export const SPOKEN_TO_GOLDEN = 5e-3;
export const TO_ITSELF = 1e-5;

/** Of the `breathed` samples of golden/sentence.safetensors. */
export const GOLDEN_BREATH = 0.75;

/** The sentence of golden/sentence.safetensors. */
export function goldenRequest(manifest: Manifest): SentenceRequest {
  const { speaker, symbols } = manifest;
  return {
    conditioning: conditioningOf(speakerLatentOf(parseSeed(42), speaker), manifest),
    symbols: Int32Array.from("<s> |HH AH0 L OW1 , |T R AE1 V AH0 L ER0 !".split(" "), (symbol) =>
      symbols.indexOf(symbol),
    ),
    noise: { seedLo: 42, seedHi: 0, stream: lineStream("Hello, traveler!", 0) },
    temperature: 0.3,
  };
}

export interface Spoken {
  readonly pointers: number[];
  readonly samples: number[];
  readonly ended: string | undefined;
}

/** Speaks a whole sentence, `chunk` frames at a time. */
export async function speakWhole(
  backend: SpeechBackend,
  request: SentenceRequest,
  chunk: number,
): Promise<Spoken> {
  const [spoken] = await speakTogether(backend, [request], chunk);
  if (spoken === undefined) throw new Error("nothing was spoken");
  return spoken;
}

/** Speaks sentences in the same calls until all have ended. */
export async function speakTogether(
  backend: SpeechBackend,
  requests: readonly SentenceRequest[],
  chunk: number,
): Promise<Spoken[]> {
  const handles: SentenceHandle[] = [];
  for (const request of requests) handles.push(await backend.openSentence(request));
  const spoken = requests.map(() => ({
    pointers: [] as number[],
    samples: [] as number[],
    ended: undefined as string | undefined,
  }));
  while (spoken.some(({ ended }) => ended === undefined)) {
    const batches = await backend.advance(handles, chunk);
    const sounds = await backend.decode(handles);
    spoken.forEach((each, index) => {
      each.pointers.push(...batches[index]!.symbolIndices);
      each.samples.push(...sounds[index]!);
      each.ended = batches[index]!.ended;
    });
  }
  await Promise.all(handles.map((handle) => backend.close(handle)));
  return spoken;
}

export function adapterOf({ languageModel, latentDim }: Manifest, rank: number, value: number): Adapter {
  const { layers, dim } = languageModel;
  const of = (size: number) => Float32Array.from({ length: size }, (_, n) => value * Math.sin(n));
  return {
    rank,
    attentionA: of(layers * 4 * rank * dim),
    attentionB: of(layers * 4 * dim * rank),
    headA: of(rank * dim),
    headB: of(2 * latentDim * rank),
  };
}

export async function goldenOf(read: ReadFile, name: string): Promise<(key: string) => Float32Array> {
  const { tensors } = parseSafetensors(await read(`golden/${name}.safetensors`), name);
  return (key) => {
    const data = tensors.get(key)?.data;
    if (data === undefined) throw new Error(`golden/${name} has no ${key}`);
    return data as Float32Array;
  };
}

/** Largest absolute difference; infinite when the lengths differ or a value is not a number. */
export function difference(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (given.length !== expected.length) return Infinity;
  return Array.from(given, (value, index) => Math.abs(value - (expected[index] ?? NaN))).reduce(
    (largest, each) => (each <= largest ? largest : Number.isNaN(each) ? Infinity : each),
    0,
  );
}
