/** The sentences that are open on the GPU: what the calls of the backend do with them. */
import type { FrameBatch, SentenceHandle, SentenceRequest, SpeechBackend } from "../backend.ts";
import { checkRequest } from "../check-calls.ts";
import { BackendError } from "../errors.ts";
import { joinFloats } from "../join.ts";
import type { Manifest } from "../manifest.ts";
import { checkPackable } from "./adapter-pack.ts";
import type { Decoder, DecoderVoice } from "./decoder.ts";
import type { LanguageModel } from "./language-model.ts";
import { SLOT_WORDS } from "./language-model-buffers.ts";
import type { JobQueue } from "./slices.ts";
import type { SlotTable } from "./slot-table.ts";

interface Sentence {
  readonly slot: number;
  /** As in SentenceRequest. */
  readonly breath: number;
  /** Frames there is room for. */
  readonly mostFrames: number;
  /** Frames made, as far as the CPU knows; all calls before have come back when the next one begins. */
  frames: number;
  ended: FrameBatch["ended"];
  /** There is no room for a further frame. */
  full: boolean;
  /** Latents that went into the decoder, those held after the end included. */
  decoded: number;
  /** Settles when the calls so far have; undefined when none is under way. */
  tail: Promise<unknown> | undefined;
}

/** The numbers of shaders/slots.wgsl. */
const FRAMES_WORD = 5;
const ENDED_WORD = 6;
const ENDINGS: Readonly<Record<number, FrameBatch["ended"]>> = { 1: "stopped", 2: "rested" };
const FULL = 3;

type Methods = Pick<SpeechBackend, "openSentence" | "advance" | "decode" | "close">;

export function createSentences(
  manifest: Manifest,
  model: LanguageModel,
  decoder: Decoder,
  jobs: JobQueue,
  slots: SlotTable,
): Methods {
  const open = new Map<SentenceHandle, Sentence>();
  let nextHandle = 1;

  return {
    async openSentence(request) {
      checkRequest(request, manifest);
      checkRoom(request, model);
      if (request.adapter !== undefined) checkPackable(request.adapter, manifest);
      const taken = slots.take();
      const slot = typeof taken === "number" ? taken : await taken;
      try {
        await jobs.run({
          kind: "lm-prefill",
          prepare: () => model.writeSentence(slot, request),
          dispatches: model.prefill(request.symbols.length),
          reads: [],
        });
      } catch (error) {
        slots.give(slot);
        throw error;
      }
      const mostFrames = model.mostFrames(request.symbols.length);
      const fresh = { frames: 0, ended: undefined, full: false, decoded: 0, tail: undefined };
      open.set(nextHandle, { slot, breath: request.breath ?? 0, mostFrames, ...fresh });
      return nextHandle++;
    },
    async advance(handles, maxFrames) {
      const sentences = sentencesOf(handles);
      checkFrames(maxFrames);
      return inTurn(sentences, () => advance(sentences, maxFrames));
    },
    async decode(handles) {
      const sentences = sentencesOf(handles);
      return inTurn(sentences, () => decode(sentences));
    },
    async close(handle) {
      const sentence = open.get(handle);
      open.delete(handle);
      if (sentence === undefined) return;
      await sentence.tail;
      slots.give(sentence.slot);
    },
  };

  function sentencesOf(handles: readonly SentenceHandle[]): readonly Sentence[] {
    if (new Set(handles).size < handles.length) {
      throw new RangeError(`Sentences ${handles.join(", ")} name one twice. Name each once.`);
    }
    return handles.map((handle) => {
      const sentence = open.get(handle);
      if (sentence !== undefined) return sentence;
      throw new RangeError(`Sentence ${handle} is not open; it was closed or never opened.`);
    });
  }

  async function advance(sentences: readonly Sentence[], maxFrames: number): Promise<FrameBatch[]> {
    const going = sentences.filter(({ ended }) => ended === undefined);
    if (going.some(({ full }) => full)) throw outOfRoom(model);
    const before = new Map(going.map((sentence) => [sentence, sentence.frames]));
    const paths = new Map<Sentence, Int32Array>();
    if (going.length > 0) {
      const left = Math.max(...going.map(({ mostFrames, frames }) => mostFrames - frames));
      const results = await jobs.run(stepsJob(going, Math.min(maxFrames, left)));
      const states = new Int32Array(results[0] ?? new ArrayBuffer(0));
      going.forEach((sentence, index) => {
        const state = states.subarray(sentence.slot * SLOT_WORDS, (sentence.slot + 1) * SLOT_WORDS);
        sentence.frames = state[FRAMES_WORD] ?? 0;
        sentence.ended = ENDINGS[state[ENDED_WORD] ?? 0];
        sentence.full = state[ENDED_WORD] === FULL;
        const made = sentence.frames - (before.get(sentence) ?? 0);
        paths.set(sentence, new Int32Array(results[index + 1] ?? new ArrayBuffer(0)).slice(0, made));
      });
    }
    return sentences.map((sentence) => {
      const { ended } = sentence;
      const symbolIndices = paths.get(sentence) ?? new Int32Array(0);
      return { symbolIndices, ...(ended !== undefined && { ended }) };
    });
  }

  /** Reads back the slots' states and the symbols of the frames. */
  function stepsJob(going: readonly Sentence[], frames: number) {
    const { buffers, room } = model;
    const step = model.step(going.length);
    const pathOf = ({ slot, frames: made }: Sentence) => ({
      buffer: buffers.path,
      offset: 4 * (slot * room.capacity + made),
      bytes: 4 * Math.min(frames, room.capacity - made),
    });
    return {
      kind: "lm-step",
      prepare: () => model.writeVoices(going.map(({ slot }) => slot)),
      dispatches: Array(frames).fill(step).flat(),
      reads: [{ buffer: buffers.slots, offset: 0, bytes: buffers.slots.size }, ...going.map(pathOf)],
    };
  }

  async function decode(sentences: readonly Sentence[]): Promise<Float32Array[]> {
    const voices = sentences.flatMap((sentence) => takeUndecoded(sentence, manifest.decoder.delayLatents));
    const sounds = new Map<number, Float32Array[]>(voices.map(({ slot }) => [slot, []]));
    const calls = voices.length === 0 ? [] : decoder.calls(voices);
    const results = await Promise.all(
      calls.map((call) =>
        jobs.run({
          kind: "decoder",
          prepare: call.write,
          dispatches: call.windows.flat(),
          reads: call.sounds.map(({ offset, bytes }) => ({ buffer: decoder.samples, offset, bytes })),
        }),
      ),
    );
    calls.forEach((call, index) =>
      call.sounds.forEach(({ slot }, voice) =>
        sounds.get(slot)?.push(new Float32Array(results[index]?.[voice] ?? new ArrayBuffer(0))),
      ),
    );
    return sentences.map(({ slot }) => joinFloats(sounds.get(slot) ?? []));
  }
}

/** After the calls that are under way for these sentences; at once when there are none. */
function inTurn<T>(sentences: readonly Sentence[], work: () => Promise<T>): Promise<T> {
  const tails = sentences.flatMap(({ tail }) => (tail === undefined ? [] : [tail]));
  const result = tails.length === 0 ? work() : Promise.all(tails).then(work);
  const tail = result
    .catch(() => undefined)
    .then(() => {
      for (const sentence of sentences) if (sentence.tail === tail) sentence.tail = undefined;
    });
  for (const sentence of sentences) sentence.tail = tail;
  return result;
}

/** After the end the last latent is held for the decoder's delay; a sentence without frames has nothing to hold. */
function takeUndecoded(sentence: Sentence, delayLatents: number): DecoderVoice[] {
  const { slot, breath, frames, ended, decoded: first } = sentence;
  const held = ended !== undefined && frames > 0 ? delayLatents : 0;
  sentence.decoded = frames + held;
  const count = sentence.decoded - first;
  return count === 0 ? [] : [{ slot, first, count, last: frames - 1, breath }];
}

function checkRoom({ symbols }: SentenceRequest, { mostSymbols }: LanguageModel): void {
  if (symbols.length <= mostSymbols) return;
  throw new RangeError(
    `A sentence of ${symbols.length} symbols has no room; allowed: up to ${mostSymbols}. ` +
      `Cut the text, or give the backend more positions.`,
  );
}

function checkFrames(maxFrames: number): void {
  if (Number.isInteger(maxFrames) && maxFrames >= 1) return;
  throw new RangeError(`${maxFrames} frames cannot be made; allowed: a whole number of at least 1.`);
}

function outOfRoom({ room }: LanguageModel): BackendError {
  return new BackendError(
    `A sentence does not end within the ${room.capacity} positions of its slot. Cut the text into shorter sentences, ` +
      `or give the backend more positions.`,
  );
}
