/** The language model on the GPU: sentences in slots, and the dispatches that open them and make their frames. */
import type { SentenceRequest } from "../backend.ts";
import type { ModelManifest } from "../manifest.ts";
import { packAdapter } from "./adapter-pack.ts";
import type { Dispatch, Gpu } from "./gpu.ts";
import {
  adapterSizes,
  mostPrefix,
  NO_SLOT,
  SLOT_WORDS,
  type LanguageModelBuffers,
  type LanguageModelRoom,
} from "./language-model-buffers.ts";
import { requestLanguageModelWeights, type LanguageModelWeights } from "./language-model-weights.ts";
import { createPrefill, speakersOf } from "./prefill.ts";
import { createStep } from "./step.ts";
import type { Tensors } from "./tensors.ts";
import { PREFIX_TILE, stepTiles, tilingOfVoices } from "./tiles.ts";
import { createLayer, createLayerKernels } from "./transformer-layer.ts";

export interface LanguageModel {
  readonly room: LanguageModelRoom;
  readonly buffers: LanguageModelBuffers;
  readonly weights: LanguageModelWeights;
  /** Symbols a sentence may have. */
  readonly mostSymbols: number;
  /** Frames there is room for after so many symbols. */
  mostFrames(symbols: number): number;
  /** Puts a sentence into a free slot; the dispatches of `prefill` must follow. */
  writeSentence(slot: number, request: SentenceRequest): void;
  prefill(symbols: number): readonly Dispatch[];
  /** Says which slots the next steps are for. */
  writeVoices(slots: readonly number[]): void;
  /** One frame of every voice. */
  step(voices: number): readonly Dispatch[];
}

/** The tensors it asks for are filled by `tensors.upload`. @throws BackendError when a shader does not compile */
export async function createLanguageModel(
  gpu: Gpu,
  tensors: Tensors,
  manifest: ModelManifest,
  room: LanguageModelRoom,
  buffers: LanguageModelBuffers,
): Promise<LanguageModel> {
  const { languageModel } = manifest;
  const weights = requestLanguageModelWeights(tensors, manifest);
  const tiles = [...stepTiles(room.slots), PREFIX_TILE];
  const kernels = await createLayerKernels(gpu, manifest, room.capacity, weights.type, tiles);
  const layers = weights.layers.map((layer, index) =>
    createLayer(gpu, languageModel, layer, buffers, kernels, index),
  );
  const [prefill, step] = await Promise.all([
    createPrefill(gpu, weights, manifest, room, buffers, layers),
    createStep(gpu, weights, manifest, room, buffers, layers),
  ]);
  const speakers = speakersOf(weights);
  const { queue } = gpu.device;
  const voices = new Uint32Array(buffers.voices.size / 4);
  return {
    room,
    buffers,
    weights,
    mostSymbols: mostPrefix(room) - speakers,
    mostFrames: (symbols) => room.capacity - speakers - symbols,
    prefill,
    step: (count) => step(tilingOfVoices(count)),
    writeVoices(slots) {
      voices.fill(NO_SLOT);
      voices.set(slots);
      queue.writeBuffer(buffers.voices, 0, voices);
    },
    writeSentence(slot, request) {
      const position = speakers + request.symbols.length;
      queue.writeBuffer(buffers.opened, 0, Uint32Array.of(slot, 0, 0, 0));
      queue.writeBuffer(buffers.slots, 4 * SLOT_WORDS * slot, slotWords(request, position));
      queue.writeBuffer(buffers.symbols, 4 * room.capacity * slot, request.symbols.slice());
      queue.writeBuffer(buffers.speaker, 0, request.conditioning.slice());
      if (request.adapter === undefined) return;
      const { attention, head } = packAdapter(request.adapter, manifest);
      const sizes = adapterSizes(manifest);
      attention.forEach((layer, index) => {
        const adapters = buffers.attentionAdapters[index];
        if (adapters !== undefined) queue.writeBuffer(adapters, 4 * sizes.attention * slot, layer);
      });
      queue.writeBuffer(buffers.headAdapters, 4 * sizes.head * slot, head);
    },
  };
}

/** A slot before its first frame: shaders/slots.wgsl. */
function slotWords({ symbols, noise, temperature, adapter }: SentenceRequest, position: number) {
  const words = new Uint32Array(SLOT_WORDS);
  words[0] = position;
  words[1] = symbols.length;
  words[7] = adapter?.rank === undefined ? 0 : Math.ceil(adapter.rank / 8) * 8;
  words.set([noise.seedLo, noise.seedHi, noise.stream], 8);
  new Float32Array(words.buffer)[11] = Math.sqrt(temperature);
  return words;
}
