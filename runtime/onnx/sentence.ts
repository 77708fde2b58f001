/**
 * A sentence in progress. State of the model:
 *   cache         [L, 2, H, 1 + P + frames, K]  keys and values of speaker, symbols and frames
 *   latent        [D]                           sampled latent of the last frame, zeros before the first
 *   decoderState  [stateSize]                   tails of the decoder's convolutions, zeros before the first chunk, and the breath
 */
import type * as ort from "onnxruntime-web";
import type { DecoderSizes } from "../autoencoder-sizes.ts";
import type { FrameBatch, SentenceRequest } from "../backend.ts";
import type { Manifest, PointerSizes } from "../manifest.ts";
import { ageInput, movePointer, POINTER_START, windowOf, type Pointer } from "../speech/pointer.ts";
import { sampleLatent } from "../speech/sample-latent.ts";
import { hasRested, predictsEnd } from "../speech/stop-rule.ts";
import { fillGaussian } from "../voice/gaussian.ts";
import { floatsOf, floatTensor, intTensor, type Graph } from "./graph.ts";
import type { Lora } from "./lora.ts";

export interface Sentence {
  readonly request: SentenceRequest;
  readonly lora: Lora;
  cache: ort.Tensor;
  pointer: Pointer;
  /** Frames spoken with the pointer on the final mark. */
  rest: number;
  frames: number;
  latent: Float32Array;
  ended: FrameBatch["ended"];
  /** Latents made but not yet decoded. */
  undecoded: Float32Array[];
  decoderState: Float32Array;
  /** Samples still to be left out before the first sound: the decoder's delay. */
  samplesToDrop: number;
  /** True when the delayed sound of the last latents was given too. */
  flushed: boolean;
}

/** Takes in voice and text. */
export async function openSentence(
  prefill: Graph,
  request: SentenceRequest,
  lora: Lora,
  { latentDim, samplesPerLatent, decoder }: Manifest,
): Promise<Sentence> {
  const { conditioning, symbols } = request;
  const output = await prefill.run({
    speaker: floatTensor(conditioning, [1, conditioning.length]),
    symbols: intTensor(symbols, [1, symbols.length]),
    ...lora.attention,
  });
  return {
    request,
    lora,
    cache: output("cache"),
    pointer: POINTER_START,
    rest: 0,
    frames: 0,
    latent: new Float32Array(latentDim),
    ended: undefined,
    undecoded: [],
    decoderState: freshState(decoder, request),
    samplesToDrop: decoder.delayLatents * samplesPerLatent,
    flushed: false,
  };
}

function freshState(decoder: DecoderSizes, { breath = 0 }: SentenceRequest): Float32Array {
  const state = new Float32Array(decoder.stateSize);
  if (breath > 0) state[decoder.stateSize - 1] = breath;
  return state;
}

/** Makes one frame and returns the symbol it speaks; undefined when the sentence ended before it (FORMAT.md, one step). */
export async function stepSentence(
  step: Graph,
  sentence: Sentence,
  { stop }: Manifest,
  sizes: PointerSizes,
): Promise<number | undefined> {
  const { request, pointer, lora, latent } = sentence;
  const last = request.symbols.length - 1;
  const nearby = windowOf(request.symbols, pointer, sizes);
  const output = await step.run({
    latent: floatTensor(latent, [1, latent.length]),
    window: intTensor(nearby, [1, nearby.length]),
    age: intTensor(Int32Array.of(ageInput(pointer, sizes)), [1]),
    cache: sentence.cache,
    ...lora.attention,
    ...lora.head,
  });
  const mean = floatsOf(output("mean"));
  const logScale = floatsOf(output("log_scale"));
  if (pointer.symbol === last && predictsEnd(mean, logScale, stop)) {
    sentence.ended = "stopped";
    return undefined;
  }
  const { seedLo: lo, seedHi: hi, stream } = request.noise;
  const noise = fillGaussian(
    new Float32Array(mean.length),
    { lo, hi },
    stream,
    sentence.frames * mean.length,
  );
  sentence.latent = sampleLatent(mean, logScale, request.temperature, noise);
  sentence.undecoded.push(sentence.latent);
  sentence.cache = output("next_cache");
  sentence.frames++;
  sentence.pointer = movePointer(pointer, floatsOf(output("advance")), last, stop);
  if (sentence.pointer.symbol === last) sentence.rest++;
  if (hasRested(sentence.rest, stop)) sentence.ended = "rested";
  return pointer.symbol;
}

/** Decodes what is not yet decoded; the sound of the last latents comes with the end of the sentence. */
export async function decodeSentence(
  decoder: Graph,
  sentence: Sentence,
  manifest: Manifest,
): Promise<Float32Array> {
  const { decoder: sizes, latentDim } = manifest;
  const made = sentence.undecoded;
  sentence.undecoded = [];
  const latents = [...made, ...takeHeld(sentence, sizes.delayLatents)];
  if (latents.length === 0) return new Float32Array(0);
  const output = await decoder.run({
    latents: floatTensor(joined(latents, latentDim), [1, latents.length, latentDim]),
    ...(sizes.kind === "bigvgan" && { count: intTensor(Int32Array.of(made.length), [1]) }),
    state: floatTensor(sentence.decoderState, [1, sentence.decoderState.length]),
  });
  sentence.decoderState = floatsOf(output("next_state"));
  const samples = floatsOf(output("samples"));
  const dropped = Math.min(sentence.samplesToDrop, samples.length);
  sentence.samplesToDrop -= dropped;
  return samples.slice(dropped);
}

/**
 * After the end the last latent is held for the decoder's delay, which brings out the sound of the last frames. A
 * sentence without frames has nothing to hold.
 */
function takeHeld(sentence: Sentence, delayLatents: number): Float32Array[] {
  if (sentence.ended === undefined || sentence.flushed) return [];
  sentence.flushed = true;
  return sentence.frames === 0 ? [] : Array<Float32Array>(delayLatents).fill(sentence.latent);
}

/** [T][D] -> [T * D] */
function joined(rows: readonly Float32Array[], width: number): Float32Array {
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, index) => all.set(row, index * width));
  return all;
}
