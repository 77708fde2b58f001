import type { StyleName } from "../styles.ts";
import type { SentenceSegment } from "../text/phonemize.ts";
import { visemeOf, type Viseme } from "../text/visemes.ts";
import { symbolTimes, type Span } from "./symbol-times.ts";

/** When something happens, from the start of the line. `timeSeconds` is `sample` / the sample rate. */
interface Moment {
  readonly timeSeconds: number;
  readonly sample: number;
}

/** `charStart` and `charEnd` are a half-open range of the line's text in UTF-16 units. */
interface WordEvent extends Moment {
  readonly text: string;
  readonly charStart: number;
  readonly charEnd: number;
}

/** What a game can follow while a line sounds. Within a line they come in order of time. */
export type SpeechEvent =
  /** `style` is how it is spoken, where that is not neutral; for captions such as "(whispers)". */
  | (Moment & { readonly kind: "sentence"; readonly text: string; readonly style?: StyleName })
  | (WordEvent & { readonly kind: "word" })
  | (WordEvent & { readonly kind: "wordEnd" })
  | (Moment & { readonly kind: "phoneme"; readonly phoneme: string })
  | (Moment & { readonly kind: "viseme"; readonly viseme: Viseme })
  | (Moment & { readonly kind: "end" });

/** An event without its time. */
type Happening = SpeechEvent extends infer E
  ? E extends SpeechEvent
    ? Omit<E, keyof Moment>
    : never
  : never;

/** Samples of the line, as a clock. */
export interface SampleClock {
  readonly sampleRateHz: number;
  readonly samplesPerFrame: number;
  /** Sample of the line at which the sentence starts. */
  readonly startSample: number;
}

/** The event at a sample of the line. */
export function eventAt<H extends Happening>(happening: H, sample: number, sampleRateHz: number): H & Moment {
  return { ...happening, sample, timeSeconds: sample / sampleRateHz };
}

/**
 * All events of a sentence known from its frames so far, in order of time; of those at the same time, what ends comes
 * before what starts.
 */
export function sentenceEvents(
  segment: SentenceSegment,
  symbolIndices: ArrayLike<number>,
  { sampleRateHz, samplesPerFrame, startSample }: SampleClock,
  style?: StyleName,
): SpeechEvent[] {
  return happenings(segment, symbolTimes(symbolIndices), style)
    .map(({ happening, frame }) => {
      const sample = startSample + Math.round(frame * samplesPerFrame);
      return eventAt(happening, sample, sampleRateHz) as SpeechEvent;
    })
    .toSorted((a, b) => a.sample - b.sample);
}

interface TimedHappening {
  readonly happening: Happening;
  /** In frames from the start of the sentence. */
  readonly frame: number;
}

/** In the order in which events at the same time shall come. */
function happenings(
  segment: SentenceSegment,
  spans: readonly Span[],
  style: StyleName | undefined,
): TimedHappening[] {
  return [
    ...wordEnds(segment, spans),
    { happening: { kind: "sentence", text: segment.text, ...(style && { style }) }, frame: 0 },
    ...wordStarts(segment, spans),
    ...phonemes(segment, spans),
    ...visemes(segment, spans),
  ];
}

function wordStarts({ words }: SentenceSegment, spans: readonly Span[]): TimedHappening[] {
  return words.flatMap(({ text, charStart, charEnd, firstSymbol }) => {
    const span = spans[firstSymbol];
    return span ? [{ happening: { kind: "word", text, charStart, charEnd }, frame: span.start }] : [];
  });
}

/** A word is over where the symbol after it starts. */
function wordEnds({ words }: SentenceSegment, spans: readonly Span[]): TimedHappening[] {
  return words.flatMap(({ text, charStart, charEnd, endSymbol }) => {
    const next = spans[endSymbol];
    return next ? [{ happening: { kind: "wordEnd", text, charStart, charEnd }, frame: next.start }] : [];
  });
}

function phonemes({ symbols }: SentenceSegment, spans: readonly Span[]): TimedHappening[] {
  return spans.map(({ start }, index) => ({
    happening: { kind: "phoneme", phoneme: symbols[index] ?? "" },
    frame: start,
  }));
}

/** One event for each change of the mouth. */
function visemes({ symbols }: SentenceSegment, spans: readonly Span[]): TimedHappening[] {
  const shapes = spans.map((_, index) => visemeOf(symbols[index] ?? ""));
  return spans.flatMap(({ start }, index) => {
    const viseme = shapes[index];
    const changes = viseme !== undefined && viseme !== shapes[index - 1];
    return changes ? [{ happening: { kind: "viseme", viseme }, frame: start }] : [];
  });
}
