import type { FrameBatch, SentenceHandle, SpeechBackend } from "../backend.ts";
import { BackendError } from "../errors.ts";
import type { Demand } from "./demand.ts";
import type { BackgroundWork } from "./background-calls.ts";
import type { ScheduledCall, ScheduledSentence } from "./scheduled-call.ts";
import { createReplay } from "./sentence-replay.ts";

/** What a line's backend needs of the scheduler. */
export interface CallDesk {
  enqueue(call: ScheduledCall): void;
  close(sentence: ScheduledSentence): void;
  /** Rejects the waiting calls that are meant. */
  withdraw(isMeant: (call: ScheduledCall) => boolean, reason: unknown): void;
  isDisposed(): boolean;
  /** Does what no line waits for, when there is time. */
  background<T>(work: BackgroundWork<T>, signal: AbortSignal): Promise<T>;
}

let nextId = 1;
let nextOrder = 0;

/** A SpeechBackend whose calls wait at the desk. Disposing of it closes its own sentences only. */
export function createLineBackend(demand: Demand, desk: CallDesk): SpeechBackend {
  const { signal } = demand;
  const open = new Map<SentenceHandle, ScheduledSentence>();
  const ask = <A extends ScheduledCall["asked"]>(sentence: ScheduledSentence, asked: A): Promise<A> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      if (desk.isDisposed()) return reject(new BackendError("The voices were disposed. Create new ones."));
      const order = nextOrder++;
      const resolveAsked = () => resolve(asked);
      const waiting = { demand, sinceMs: 0, order, stranded: undefined };
      desk.enqueue({ ...waiting, sentence, asked, resolve: resolveAsked, reject });
    });
  const sentenceOf = (handle: SentenceHandle) => {
    const sentence = open.get(handle);
    if (sentence !== undefined) return sentence;
    throw new RangeError(`Sentence ${handle} is not open; it was closed or never opened.`);
  };
  const close = (sentence: ScheduledSentence) => {
    open.delete(sentence.id);
    desk.close(sentence);
  };
  signal.addEventListener("abort", () => desk.withdraw((call) => call.demand === demand, signal.reason), {
    once: true,
  });
  return {
    async openSentence(request) {
      const replay = createReplay(request);
      const sentence = { id: nextId++, demand, replay, busy: false, waitingCalls: 0, closed: false };
      try {
        await ask(sentence, { kind: "open" });
      } catch (error) {
        desk.close(sentence);
        throw error;
      }
      open.set(sentence.id, sentence);
      return sentence.id;
    },
    async advance(handles, maxFrames) {
      return Promise.all(handles.map(sentenceOf).map((each) => advanceOne(each, maxFrames)));
    },
    async decode(handles) {
      return Promise.all(handles.map(sentenceOf).map(decodeOne));
    },
    async close(handle) {
      const sentence = open.get(handle);
      if (sentence !== undefined) close(sentence);
    },
    encode: (samples) => desk.background((backend) => backend.encode(samples), signal),
    embedSpeaker: (samples) => desk.background((backend) => backend.embedSpeaker(samples), signal),
    adapterGradient: (line, adapter) =>
      desk.background((backend) => backend.adapterGradient(line, adapter), signal),
    async dispose() {
      for (const sentence of open.values()) close(sentence);
    },
  };

  async function advanceOne(sentence: ScheduledSentence, maxFrames: number): Promise<FrameBatch> {
    const { symbols } = await ask(sentence, { kind: "advance", framesLeft: maxFrames, symbols: [] });
    const { ended } = sentence.replay;
    return { symbolIndices: Int32Array.from(symbols), ...(ended !== undefined && { ended }) };
  }

  async function decodeOne(sentence: ScheduledSentence): Promise<Float32Array> {
    const { samples } = await ask(sentence, { kind: "decode", samples: undefined });
    return samples ?? new Float32Array(0);
  }
}
