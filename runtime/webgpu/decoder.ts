/**
 * Decoders on the GPU: latents of several voices -> samples, in windows of a few latents of every voice of a call, one list
 * of dispatches a window.
 *
 * `decoder.calls(voices)` gives the calls that are needed, mostly one. Of each call, in order: `call.write()` once, just
 * before its first dispatch is submitted (and after the last one of the call before it); then the dispatches of
 * `call.windows` in order; then copy `call.sounds` out of `decoder.samples`. Nothing is created on the device by a call, and
 * `write` is its only write.
 *
 * A voice is a slot and a range of its latents. Frames are read from the latents buffer [slots, mostFrames, D] (normalised
 * f32); indices beyond `last` read frame `last`, which is how a sentence's end is flushed: after the end, ask once for
 * `delayLatents` more than there are. The first `delayLatents` of a sentence make sound that is not part of it, and
 * `sounds` leaves it out. `first` = 0 starts a slot afresh; else it must be where the slot's last call ended.
 *
 * State: every activation that a causal layer looks back into lives in a ring of rows a slot, row = absolute index modulo
 * the ring's length, and rows before index 0 count as zeros. So nothing is copied from window to window or cleared.
 */
import type { ModelManifest } from "../manifest.ts";
import { createBigVganDecoder } from "./bigvgan-decoder.ts";
import {
  CALL_LATENTS,
  createCallBuffers,
  createCalls,
  type Decoder,
  type DecoderOptions,
} from "./decoder-calls.ts";
import { createDecoderHead, MOST_WINDOW_FRAMES } from "./decoder-head.ts";
import { createDecoderTrunk, type SourceFilterModel } from "./decoder-trunk.ts";
import type { Gpu } from "./gpu.ts";
import type { Tensors } from "./tensors.ts";

export {
  CALL_LATENTS,
  type Decoder,
  type DecoderCall,
  type DecoderVoice,
  type Sound,
} from "./decoder-calls.ts";

/** Most latents of all voices in a window, as long as there are not more voices: it bounds the price of a dispatch. */
const WINDOW_LATENTS = 32;
/** Most latents of one voice in a window. */
export const VOICE_LATENTS = 8;

/**
 * Builds kernels and buffers of the decoder for `slots` voices.
 * @param tensors of decoder.safetensors
 * @throws BackendError when the geometry is beyond what the kernels or the device allow
 */
export async function createDecoder(
  gpu: Gpu,
  tensors: Tensors,
  manifest: ModelManifest,
  options: DecoderOptions,
): Promise<Decoder> {
  const { decoder, latentDim } = manifest;
  return decoder.kind === "bigvgan"
    ? createBigVganDecoder(gpu, tensors, { ...decoder, latentDim }, options)
    : createSourceFilterDecoder(gpu, tensors, { ...manifest, decoder }, options);
}

async function createSourceFilterDecoder(
  gpu: Gpu,
  tensors: Tensors,
  model: SourceFilterModel,
  { slots, latents, mostFrames }: DecoderOptions,
): Promise<Decoder> {
  const { samplesPerLatent, decoder } = model;
  const framesOfLatent = samplesPerLatent / decoder.hopSize;
  const shape = {
    slots,
    samplesPerLatent,
    delayLatents: decoder.delayLatents,
    voiceLatents: Math.min(VOICE_LATENTS, Math.floor(MOST_WINDOW_FRAMES / framesOfLatent)),
    windowLatents: Math.max(WINDOW_LATENTS, slots),
  };
  const buffers = createCallBuffers(gpu, shape);
  const room = { ...shape, ...buffers, latents, mostFrames };
  const trunk = await createDecoderTrunk(gpu, tensors, model, room);
  const { features, pitches } = trunk;
  const headRoom = { ...room, features, pitches, callLatents: CALL_LATENTS };
  const head = await createDecoderHead(gpu, tensors, model, headRoom);
  return createCalls(gpu, shape, buffers, [...trunk.layers, ...head]);
}
