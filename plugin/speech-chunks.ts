/** Ways to change a stream of speech chunks. Chunks always follow each other without gap or overlap. */
import { joinFloats } from "../runtime/join.ts";
import type { SpeechChunk } from "../runtime/speech/speak.ts";
import type { SpeechEvent } from "../runtime/speech/speech-events.ts";
import { createTimeStretcher, stretchedSample } from "../runtime/speech/time-stretch.ts";
import type { CachedLine } from "./line-cache.ts";

export type SpeechChunks = AsyncIterable<SpeechChunk> | Iterable<SpeechChunk>;

/** A piece of a text and where it starts in the whole. */
export interface TextPiece {
  readonly text: string;
  readonly charStart: number;
}

/** An event `samples` later, in a text that starts `chars` earlier. */
function moved(event: SpeechEvent, samples: number, chars: number, sampleRateHz: number): SpeechEvent {
  const sample = event.sample + samples;
  const when = { sample, timeSeconds: sample / sampleRateHz };
  if (event.kind !== "word" && event.kind !== "wordEnd") return { ...event, ...when };
  return { ...event, ...when, charStart: event.charStart + chars, charEnd: event.charEnd + chars };
}

/** Pieces of a text one after the other, as one line. */
export async function* joinedChunks(
  pieces: AsyncIterable<TextPiece> | Iterable<TextPiece>,
  speakPiece: (text: string) => SpeechChunks,
  sampleRateHz: number,
): AsyncGenerator<SpeechChunk, void, undefined> {
  let offset = 0;
  for await (const { text, charStart } of pieces) {
    let length = 0;
    for await (const { samples, startSample, events } of speakPiece(text)) {
      length += samples.length;
      const kept = events.filter(({ kind }) => kind !== "end");
      const later = kept.map((event) => moved(event, offset, charStart, sampleRateHz));
      yield { samples, startSample: startSample + offset, events: later };
    }
    offset += length;
  }
  const end: SpeechEvent = { kind: "end", sample: offset, timeSeconds: offset / sampleRateHz };
  yield { samples: new Float32Array(0), startSample: offset, events: [end] };
}

/** Faster or slower at the same pitch; speed 1 changes nothing. */
export async function* stretchedChunks(
  chunks: SpeechChunks,
  speed: number,
  sampleRateHz: number,
): AsyncGenerator<SpeechChunk, void, undefined> {
  if (speed === 1) return yield* chunks;
  const stretcher = createTimeStretcher(speed, sampleRateHz);
  let startSample = 0;
  for await (const { samples, events } of chunks) {
    const isLast = events.some(({ kind }) => kind === "end");
    const stretched = isLast ? stretcher.flush() : stretcher.push(samples);
    const sooner = events.map((event) => {
      const sample = stretchedSample(event.sample, speed);
      return { ...event, sample, timeSeconds: sample / sampleRateHz };
    });
    yield { samples: stretched, startSample, events: sooner };
    startSample += stretched.length;
  }
}

/** Passes chunks on and gives the whole line to `keep` when it has ended, unless it is longer than `mostSamples`. */
export async function* recordedChunks(
  chunks: SpeechChunks,
  mostSamples: number,
  keep: (line: CachedLine) => void,
): AsyncGenerator<SpeechChunk, void, undefined> {
  const parts: Float32Array[] = [];
  const events: SpeechEvent[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.samples.length;
    if (length <= mostSamples) {
      parts.push(chunk.samples.slice()); // the sink keeps the other, and may move it to another thread
      events.push(...chunk.events);
    }
    yield chunk;
  }
  if (length <= mostSamples) keep({ samples: joinFloats(parts), events });
}

/** A line spoken before, as one chunk. */
export function* replayedChunks({ samples, events }: CachedLine): Generator<SpeechChunk> {
  yield { samples: samples.slice(), startSample: 0, events };
}
