/** Windows of frames as kernels see them, and where plain loops find the same rows. */
import type { Gpu } from "../../runtime/webgpu/gpu.ts";
import { upload } from "./run-kernel.ts";

export interface WindowVoice {
  readonly slot: number;
  readonly first: number;
  readonly last?: number;
  readonly end?: number;
  readonly row?: number;
  readonly breath?: number;
}

export interface TestWindow {
  readonly latents: number;
  readonly voices: readonly WindowVoice[];
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

/** shaders/window.wgsl */
export function uploadWindow(gpu: Gpu, { latents, voices }: TestWindow): GPUBuffer {
  const words = [voices.length, latents, 0, 0];
  for (const { slot, first, last = 1e6, end = 1e6, row = 0, breath = 0 } of voices)
    words.push(slot, first, last, end, row, bitsOf(breath));
  while (words.length % 4 > 0) words.push(0);
  return upload(gpu, Uint32Array.from(words));
}

export function placesOf({ latents, voices }: TestWindow, rate: number): number {
  return voices.length * latents * rate;
}

/** Voice of a place, and its time. */
export function placeOf({ latents, voices }: TestWindow, rate: number, place: number) {
  const voice = Math.floor(place / (latents * rate));
  return { voice, time: voices[voice]!.first * rate + (place % (latents * rate)) };
}

/** Row of a voice at a time in a ring, or, with ring 0, among the window's rows; undefined where zeros stand. */
export function rowOf(
  window: TestWindow,
  ring: number,
  rate: number,
  voice: number,
  time: number,
): number | undefined {
  const { slot, first } = window.voices[voice]!;
  if (time < 0) return undefined;
  if (ring > 0) return slot * ring + (time % ring);
  const since = time - first * rate;
  return since >= 0 && since < window.latents * rate ? voice * window.latents * rate + since : undefined;
}

export const TWO_VOICES: TestWindow = {
  latents: 5,
  voices: [
    { slot: 2, first: 0 },
    { slot: 0, first: 7 },
  ],
};
export const ONE_VOICE: TestWindow = { latents: 1, voices: [{ slot: 1, first: 3 }] };
