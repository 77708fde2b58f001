/** What decoders of all kinds share: voices, calls of a few windows, and where their sound lies. */
import { BackendError } from "../errors.ts";
import type { Dispatch, Gpu } from "./gpu.ts";
import type { Layer, WindowSize } from "./layers.ts";

/** A range of latents of one slot; see the top of the file. */
export interface DecoderVoice {
  readonly slot: number;
  readonly first: number;
  /** At least 1. */
  readonly count: number;
  /** Latents after this one are this one. */
  readonly last: number;
  /** As in SentenceRequest. Defaults to 0. */
  readonly breath?: number;
}

/** Where the sound of a slot lies in `Decoder.samples` once the call's windows have run; bytes may be 0. */
export interface Sound {
  readonly slot: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Work for up to `CALL_LATENTS` latents of some voices; see the top of the file. */
export interface DecoderCall {
  readonly write: () => void;
  readonly windows: readonly (readonly Dispatch[])[];
  readonly sounds: readonly Sound[];
}

export interface Decoder {
  /** [slots, CALL_LATENTS, samplesPerLatent] f32 */
  readonly samples: GPUBuffer;
  /**
   * Cuts work into calls, to be done one after the other, in this order; each call's sounds are read before the next
   * one's first window runs.
   * @param voices of different slots
   */
  calls(voices: readonly DecoderVoice[]): DecoderCall[];
}

export interface DecoderOptions {
  readonly slots: number;
  /** [slots, mostFrames, D] normalised f32 */
  readonly latents: GPUBuffer;
  readonly mostFrames: number;
}

export interface DecoderShape {
  readonly slots: number;
  readonly samplesPerLatent: number;
  /** Latents by which the sound is late. */
  readonly delayLatents: number;
  /** Most latents of a voice in a window, and of all voices. */
  readonly voiceLatents: number;
  readonly windowLatents: number;
}

/** Most latents of one voice in a call. */
export const CALL_LATENTS = 32;

const HEADER_WORDS = 4;
const VOICE_WORDS = 6;

/** The window buffer (shaders/window.wgsl) and the samples of `slots` voices. */
export function createCallBuffers(gpu: Gpu, { slots, samplesPerLatent }: DecoderShape) {
  return {
    window: gpu.buffer("decoder window", Math.ceil((HEADER_WORDS + slots * VOICE_WORDS) / 4) * 16),
    samples: gpu.buffer("decoder samples", slots * CALL_LATENTS * samplesPerLatent * 4),
  };
}

/** @param layers of a window, in order; the first one moves the voices on (shaders/decoder-begin.wgsl) */
export function createCalls(
  gpu: Gpu,
  { slots, samplesPerLatent, delayLatents, voiceLatents, windowLatents }: DecoderShape,
  { window, samples }: ReturnType<typeof createCallBuffers>,
  layers: readonly Layer[],
): Decoder {
  const dispatches = rememberBySize(layers);
  const rowBytes = samplesPerLatent * 4;
  const callOf = (voices: readonly DecoderVoice[]): DecoderCall => {
    const most = Math.max(...voices.map(({ count }) => count));
    const windowCount = Math.ceil(most / Math.min(voiceLatents, Math.floor(windowLatents / voices.length)));
    const size = { voices: voices.length, latents: Math.ceil(most / windowCount) };
    const words = windowWords(voices, size.latents);
    return {
      write: () => gpu.device.queue.writeBuffer(window, 0, words),
      windows: Array<readonly Dispatch[]>(windowCount).fill(dispatches(size)),
      sounds: voices.map(({ slot, first, count }) => {
        const silent = Math.min(count, Math.max(0, delayLatents - first));
        return {
          slot,
          offset: (slot * CALL_LATENTS + silent) * rowBytes,
          bytes: (count - silent) * rowBytes,
        };
      }),
    };
  };
  return {
    samples,
    calls(voices) {
      checkVoices(voices, slots);
      const calls: DecoderCall[] = [];
      for (let rest = voices; rest.length > 0; rest = rest.flatMap(afterCall)) {
        calls.push(callOf(rest.map((voice) => ({ ...voice, count: Math.min(voice.count, CALL_LATENTS) }))));
      }
      return calls;
    },
  };
}

/** What is left of a voice after a call; nothing, or one voice. */
function afterCall({ first, count, ...voice }: DecoderVoice): DecoderVoice[] {
  return count > CALL_LATENTS ? [{ ...voice, first: first + CALL_LATENTS, count: count - CALL_LATENTS }] : [];
}

function checkVoices(voices: readonly DecoderVoice[], slots: number): void {
  const distinct = new Set(voices.map(({ slot }) => slot));
  const isGood = ({ slot, first, count, last }: DecoderVoice) =>
    slot >= 0 && slot < slots && first >= 0 && count >= 1 && last >= 0;
  if (voices.length > 0 && distinct.size === voices.length && voices.every(isGood)) return;
  throw new BackendError(
    `The decoder was given ${JSON.stringify(voices)}; it takes 1 to ${slots} voices of different slots with at least one ` +
      `latent each. Report this bug.`,
  );
}

/** Contents of the window buffer before the first window of a call, which moves every voice on by `latents`. */
function windowWords(voices: readonly DecoderVoice[], latents: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(HEADER_WORDS + voices.length * VOICE_WORDS);
  const floats = new Float32Array(words.buffer);
  words.set([voices.length, latents]);
  voices.forEach(({ slot, first, count, last, breath = 0 }, index) => {
    const start = HEADER_WORDS + index * VOICE_WORDS;
    words.set([slot, first - latents, last, first + count, -latents], start);
    floats[start + VOICE_WORDS - 1] = breath;
  });
  return words;
}

/** The dispatches of all layers, made once for every size of window that occurs. */
function rememberBySize(layers: readonly Layer[]): (size: WindowSize) => readonly Dispatch[] {
  const made = new Map<string, readonly Dispatch[]>();
  return (size) => {
    const key = `${size.voices} x ${size.latents}`;
    const dispatches = made.get(key) ?? layers.map((layer) => layer(size));
    made.set(key, dispatches);
    return dispatches;
  };
}
