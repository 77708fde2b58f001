import type { FrameBatch, SentenceHandle, SentenceRequest, SpeechBackend } from "../../runtime/backend.ts";
import type { Manifest } from "../../runtime/manifest.ts";

interface FakeSentence {
  readonly request: SentenceRequest;
  readonly frames: readonly number[];
  made: number;
  decoded: number;
}

export interface FakeBackend extends SpeechBackend {
  readonly requests: SentenceRequest[];
  readonly open: Map<SentenceHandle, FakeSentence>;
}

/** Frames a symbol is spoken for: 0 (skipped by the pointer) to 2; the first and the last are never skipped. */
function framesOf(id: number, index: number, symbols: Int32Array): number {
  return index === 0 || index === symbols.length - 1 ? 2 : id % 3;
}

/** The symbol index of every frame the fake makes of a request. */
export function plannedFrames({ symbols }: Pick<SentenceRequest, "symbols">): number[] {
  return [...symbols].flatMap((id, index) => Array<number>(framesOf(id, index, symbols)).fill(index));
}

/** The sound of a frame: a tone of its own for each symbol, noise stream and place. */
function toneOf(
  { symbols, noise }: SentenceRequest,
  symbol: number,
  frame: number,
  length: number,
): Float32Array {
  const pitch = 0.02 + 0.001 * (symbols[symbol] ?? 0) + (noise.stream % 97) * 1e-5;
  return Float32Array.from({ length }, (_, n) => 0.5 * Math.sin(pitch * (frame * length + n)));
}

/** The whole sound the fake makes of a request. */
export function plannedSamples(request: SentenceRequest, samplesPerLatent: number): number[] {
  return plannedFrames(request).flatMap((symbol, frame) => [
    ...toneOf(request, symbol, frame, samplesPerLatent),
  ]);
}

/** A SpeechBackend that speaks a deterministic tone for each symbol, `delayLatents` frames late, and keeps a record. */
export function createFakeBackend({ samplesPerLatent, decoder }: Manifest): FakeBackend {
  const open = new Map<SentenceHandle, FakeSentence>();
  const requests: SentenceRequest[] = [];
  const get = (handle: SentenceHandle) => {
    const sentence = open.get(handle);
    if (sentence === undefined) throw new RangeError(`${handle} is not open`);
    return sentence;
  };
  const advanceOne = (sentence: FakeSentence, maxFrames: number): FrameBatch => {
    const symbolIndices = Int32Array.from(sentence.frames.slice(sentence.made, sentence.made + maxFrames));
    sentence.made += symbolIndices.length;
    return { symbolIndices, ...(sentence.made === sentence.frames.length && { ended: "stopped" as const }) };
  };
  const decodeOne = (sentence: FakeSentence): Float32Array => {
    const { made, frames, request } = sentence;
    const until = made === frames.length ? made : Math.max(0, made - decoder.delayLatents);
    const samples = frames
      .slice(sentence.decoded, until)
      .flatMap((symbol, i) => [...toneOf(request, symbol, sentence.decoded + i, samplesPerLatent)]);
    sentence.decoded = until;
    return Float32Array.from(samples);
  };
  return {
    requests,
    open,
    async openSentence(request) {
      open.set(requests.length, { request, frames: plannedFrames(request), made: 0, decoded: 0 });
      return requests.push(request) - 1;
    },
    advance: async (handles, maxFrames) => handles.map((handle) => advanceOne(get(handle), maxFrames)),
    decode: async (handles) => handles.map((handle) => decodeOne(get(handle))),
    async close(handle) {
      open.delete(handle);
    },
    encode: () => Promise.reject(new Error("not used")),
    embedSpeaker: async (samples) => ({ mean: samples.slice(0, 8), logScale: new Float32Array(8) }),
    adapterGradient: () => Promise.reject(new Error("not used")),
    async dispose() {
      open.clear();
    },
  };
}
