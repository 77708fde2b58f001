/**
 * Babble: the voice of someone too far away, or in too large a crowd, to be understood. A voice speaks eight syllables
 * once; then they are strung together in the rhythm of any line.
 */
import type { SpeechChunk } from "../runtime/speech/speak.ts";
import type { SpeechEvent } from "../runtime/speech/speech-events.ts";
import { fnv1a32 } from "../runtime/voice/line-stream.ts";
import type { CachedLine } from "./line-cache.ts";

/** Eight words of one syllable. */
export const BABBLE_TEXT = "{B AH1} {D AA1} {M OW1} {N EH1} {L IY1} {G AH1} {W AA1} {D EH1}.";

const FADE_SECONDS = 0.005;

/** The syllables of a voice that has spoken BABBLE_TEXT; never empty. */
export function syllablesOf({ samples, events }: CachedLine): Float32Array[] {
  const starts = events.filter(({ kind }) => kind === "word");
  const ends = events.filter(({ kind }) => kind === "wordEnd");
  const syllables = starts
    .map(({ sample }, index) => samples.subarray(sample, ends[index]?.sample))
    .filter(({ length }) => length > 0);
  return syllables.length > 0 ? syllables : [samples];
}

/** Fills the words of a planned line with syllables; the order depends on its text. */
export function* babbledChunks(
  planned: Iterable<SpeechChunk>,
  text: string,
  syllables: readonly Float32Array[],
  sampleRateHz: number,
): Generator<SpeechChunk> {
  let next = fnv1a32(text);
  const fade = Math.round(FADE_SECONDS * sampleRateHz);
  for (const { samples, startSample, events } of planned) {
    for (const [start, end] of wordSpans(events, startSample + samples.length)) {
      for (let at = start - startSample; at < end - startSample;) {
        next = (Math.imul(next, 1664525) + 1013904223) >>> 0;
        const syllable = syllables[(next >>> 16) % syllables.length];
        if (syllable === undefined || syllable.length === 0) break;
        const room = Math.min(syllable.length, end - startSample - at);
        mixIn(samples, at, syllable.subarray(0, room), fade);
        at += room;
      }
    }
    yield { samples, startSample, events };
  }
}

/** Start and end of every word, in samples of the line. */
function wordSpans(events: readonly SpeechEvent[], last: number): (readonly [number, number])[] {
  const ends = events.filter(({ kind }) => kind === "wordEnd");
  return events
    .filter(({ kind }) => kind === "word")
    .map(({ sample }, index) => [sample, ends[index]?.sample ?? last] as const);
}

function mixIn(target: Float32Array, at: number, sound: Float32Array, fade: number): void {
  sound.forEach((value, index) => {
    const edge = Math.min(index + 1, sound.length - index) / fade;
    target[at + index] = value * Math.min(1, edge);
  });
}
