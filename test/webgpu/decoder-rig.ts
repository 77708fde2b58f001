/** A decoder on the test device whose slots are filled by hand. */
import { parseModelManifest, type ModelManifest } from "../../runtime/manifest.ts";
import { createDecoder, type Decoder, type DecoderVoice } from "../../runtime/webgpu/decoder.ts";
import type { Gpu, WeightType } from "../../runtime/webgpu/gpu.ts";
import { openTensors } from "../../runtime/webgpu/tensors.ts";
import type { ReadFile } from "../../runtime/weights.ts";
import { download } from "./run-kernel.ts";
import { submit } from "./submit.ts";

export const MOST_FRAMES = 64;

export interface DecoderRig {
  readonly manifest: ModelManifest;
  readonly decoder: Decoder;
  /** Puts latents [frames, D] into a slot. */
  place(slot: number, latents: Float32Array): void;
  /** The sound of every voice. */
  run(voices: readonly DecoderVoice[]): Promise<Float32Array[]>;
}

export async function createDecoderRig(
  gpu: Gpu,
  read: ReadFile,
  weightType: WeightType,
  slots: number,
): Promise<DecoderRig> {
  const manifest = parseModelManifest(new TextDecoder().decode(await read("manifest.json")));
  const tensors = openTensors(gpu, await read("decoder.safetensors"), "decoder.safetensors", { weightType });
  const slotBytes = MOST_FRAMES * manifest.latentDim * 4;
  const latents = gpu.buffer("latents", slots * slotBytes);
  const decoder = await createDecoder(gpu, tensors, manifest, { slots, latents, mostFrames: MOST_FRAMES });
  await tensors.upload();
  return {
    manifest,
    decoder,
    place: (slot, values) =>
      gpu.device.queue.writeBuffer(latents, slot * slotBytes, new Float32Array(values)),
    run: (voices) => runVoices(gpu, decoder, voices),
  };
}

/** The sound of every voice. */
export async function runVoices(
  gpu: Gpu,
  decoder: Decoder,
  voices: readonly DecoderVoice[],
): Promise<Float32Array[]> {
  const pieces = new Map(voices.map(({ slot }): [number, number[]] => [slot, []]));
  for (const call of decoder.calls(voices)) {
    call.write();
    submit(gpu.device, call.windows.flat());
    const samples = await download(gpu, decoder.samples);
    for (const { slot, offset, bytes } of call.sounds) {
      pieces.get(slot)?.push(...samples.subarray(offset / 4, (offset + bytes) / 4));
    }
  }
  return Array.from(pieces.values(), (samples) => Float32Array.from(samples));
}
