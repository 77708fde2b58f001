import type { SpeechEvent } from "../runtime/speech/speech-events.ts";
import { endLine } from "./line-end.ts";
import { speedOf } from "./line-voice.ts";
import { createTeller } from "./listeners.ts";
import { plannedDurationMs } from "./planned-line.ts";
import type { EventOf, LineEnd, SpeakOptions, VoiceLine } from "./voice-line.ts";
import type { Line, LineTellers, Speaker, VoicesState } from "./voice-state.ts";

const lines = new WeakMap<VoiceLine, Line>();

/** The inside of a line that the game holds; undefined for another's. */
export function lineOfView(view: VoiceLine | undefined): Line | undefined {
  return view && lines.get(view);
}

/** A line that waits; nothing has been done for it. */
export function createLine(
  state: VoicesState,
  speaker: Speaker,
  script: string | AsyncIterable<string>,
  options: SpeakOptions,
): Line {
  const over = new AbortController();
  const { tell, promises } = createTellers(state, options);
  const view: VoiceLine = {
    eid: speaker.eid,
    get text() {
      return line.text;
    },
    get state() {
      return line.state;
    },
    get detail() {
      return line.detail;
    },
    get error() {
      return line.error;
    },
    get playedMs() {
      return toMs(line.playedSamples, state);
    },
    get expectedDurationMs() {
      return line.complete ? toMs(line.samples, state) : expected();
    },
    ...promises,
    cancel: (fadeMs) => endLine(state, line, { state: "cancelled" }, fadeMs),
  };
  const line: Line = {
    view,
    speaker,
    options,
    script,
    over,
    demand: { slackMs: Infinity, rank: 0, signal: over.signal },
    after: lineOfView(options.after),
    text: typeof script === "string" ? script : "",
    state: "queued",
    error: undefined,
    detail: undefined,
    style: undefined,
    voiceKey: undefined,
    chunks: undefined,
    pullingSinceMs: undefined,
    chunksReceived: 0,
    complete: false,
    held: [],
    sink: undefined,
    sinkEnded: false,
    hesitationSamples: 0,
    samples: 0,
    events: [],
    nextEvent: 0,
    gain: 1,
    beganAtMs: 0,
    playedSamples: 0,
    endedAtSoundMs: 0,
    tell,
  };
  const expected = createEstimate(state, line);
  lines.set(view, line);
  return line;
}

function toMs(samples: number, { manifest }: VoicesState): number {
  return (samples * 1000) / manifest.sampleRateHz;
}

/** How long the text so far takes to say; worked out anew only when there is more of it. */
function createEstimate(state: VoicesState, line: Line): () => number {
  let known: { readonly text: string; readonly ms: number } | undefined;
  return () => {
    if (known?.text !== line.text) known = { text: line.text, ms: estimate(state, line) };
    return known.ms;
  };
}

function estimate(state: VoicesState, { text, options, speaker }: Line): number {
  const lexicon = { ...state.lexicon, ...options.lexicon };
  try {
    return plannedDurationMs(text, lexicon, state.manifest) / speedOf(speaker.eid);
  } catch {
    return 0; // the line itself fails with this error when it begins
  }
}

type LinePromises = Pick<
  VoiceLine,
  "started" | "whenAudible" | "finished" | (`on${string}` & keyof VoiceLine)
>;

function createTellers(
  { onError }: VoicesState,
  { onWord, onViseme }: SpeakOptions,
): { readonly tell: LineTellers; readonly promises: LinePromises } {
  const audible = createDeferred<boolean>();
  const finished = createDeferred<LineEnd>();
  const lists = {
    sentence: createTeller<EventOf<"sentence">>(onError),
    word: createTeller<EventOf<"word">>(onError),
    wordEnd: createTeller<EventOf<"wordEnd">>(onError),
    phoneme: createTeller<EventOf<"phoneme">>(onError),
    viseme: createTeller<EventOf<"viseme">>(onError),
  };
  const all = createTeller<SpeechEvent>(onError);
  if (onWord !== undefined) lists.word.add(onWord);
  if (onViseme !== undefined) lists.viseme.add(onViseme);
  const tellOfKind = (event: SpeechEvent) => {
    if (event.kind === "sentence") lists.sentence.tell(event);
    else if (event.kind === "word") lists.word.tell(event);
    else if (event.kind === "wordEnd") lists.wordEnd.tell(event);
    else if (event.kind === "phoneme") lists.phoneme.tell(event);
    else if (event.kind === "viseme") lists.viseme.tell(event);
  };
  return {
    tell: {
      started: audible.resolve,
      finished: finished.resolve,
      event(event) {
        tellOfKind(event);
        all.tell(event);
      },
    },
    promises: {
      started: audible.promise.then(() => undefined),
      whenAudible: audible.promise,
      finished: finished.promise,
      onSentence: lists.sentence,
      onWord: lists.word,
      onWordEnd: lists.wordEnd,
      onPhoneme: lists.phoneme,
      onViseme: lists.viseme,
      onEvent: all,
    },
  };
}

function createDeferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
