import type { StyleName } from "../styles.ts";
import type { FinalMark } from "./phones.ts";
import type { Token } from "./tokens.ts";

export type SpeechToken = Extract<Token, { kind: "speech" }>;
type StyleToken = Extract<Token, { kind: "style" }>;
export type SentencePart = Extract<Token, { kind: "speech" | "break" }>;

/** Tokens said in one go. Starts and ends with speech; never two breaks in a row. */
export interface Sentence {
  readonly parts: readonly SentencePart[];
  readonly mark: FinalMark;
  /** What a tag or stage direction asks for; undefined where there is none. */
  readonly style: StyleName | undefined;
  /** Half-open range in the text, the final mark included. */
  readonly start: number;
  readonly end: number;
}

/** A good place to cut a sentence that is too long is before one of these. */
const CONJUNCTIONS = new Set(
  "and but or nor so yet because although though while when where which who that if unless until since as than".split(
    " ",
  ),
);

function wordCount(parts: readonly SentencePart[]): number {
  return parts.reduce((sum, part) => sum + (part.kind === "speech" ? part.spoken.length : 0), 0);
}

/** Without breaks at the ends and without repeated ones. */
function trimBreaks(parts: readonly SentencePart[]): SentencePart[] {
  const kept = parts.filter((part, i) => part.kind === "speech" || parts[i - 1]?.kind === "speech");
  if (kept.at(-1)?.kind === "break") kept.pop();
  return kept;
}

function startsWithConjunction(part: SentencePart | undefined): boolean {
  return part?.kind === "speech" && CONJUNCTIONS.has(part.spoken[0]?.word ?? "");
}

/** The last index within reach at which the predicate holds, at least a third of the way so that no scrap is left. */
function lastPlace(reach: number, holds: (index: number) => boolean): number | undefined {
  for (let index = reach; index > reach / 3; index--) if (holds(index)) return index;
  return undefined;
}

/** How many parts fit into `mostWords` spoken words; at least one. */
function partsWithin(parts: readonly SentencePart[], mostWords: number): number {
  let words = 0;
  const over = parts.findIndex(
    (part) => (words += part.kind === "speech" ? part.spoken.length : 0) > mostWords,
  );
  return over === -1 ? parts.length : Math.max(over, 1);
}

/** Where to cut a long sentence: at a break, else before a conjunction, else where the words run out. */
function cutPlace(parts: readonly SentencePart[], mostWords: number): number {
  const reach = partsWithin(parts, mostWords);
  return (
    lastPlace(reach, (i) => parts[i]?.kind === "break") ??
    lastPlace(reach, (i) => startsWithConjunction(parts[i])) ??
    reach
  );
}

/** Pieces of at most `mostWords` spoken words; a single token may have more. All but the last end with a full stop. */
export function* splitSentence(sentence: Sentence, mostWords: number): Generator<Sentence> {
  let { parts, start } = sentence;
  const { style } = sentence;
  while (wordCount(parts) > mostWords) {
    const place = cutPlace(parts, mostWords);
    const head = trimBreaks(parts.slice(0, place));
    const rest = trimBreaks(parts.slice(place));
    const next = rest[0];
    if (next === undefined) break;
    yield { parts: head, mark: ".", style, start, end: head.at(-1)?.end ?? start };
    parts = rest;
    start = next.start;
  }
  yield { ...sentence, parts, start };
}

/** Follows tags and stage directions through a text. Tags count before stage directions, and inner tags before outer. */
function createStyleTracker(): { see(token: StyleToken): void; current(): StyleName | undefined } {
  const tags: StyleName[] = [];
  let directed: StyleName | undefined;
  return {
    see({ style, scope }) {
      if (scope === "direction") directed = style;
      else if (scope === "open") tags.push(style);
      else if (tags.includes(style)) tags.length = tags.lastIndexOf(style);
    },
    current: () => tags.at(-1) ?? directed,
  };
}

/**
 * Groups tokens into sentences; a pause ends the sentence it stands in, and so does speech in another style. Sentences
 * without speech are dropped, and text that goes on without a mark is cut after `mostParts` tokens so that nothing grows
 * without bound.
 */
export function* groupSentences(
  tokens: Iterable<Token>,
  mostParts: number,
): Generator<Sentence | Extract<Token, { kind: "pause" }>> {
  let parts: SentencePart[] = [];
  let style: StyleName | undefined; // of `parts`
  const styles = createStyleTracker();
  const close = function* (mark: FinalMark, end?: number): Generator<Sentence> {
    const kept = trimBreaks(parts);
    parts = [];
    const [first, last] = [kept[0], kept.at(-1)];
    if (first === undefined || last === undefined) return;
    yield { parts: kept, mark, style, start: first.start, end: end ?? last.end };
  };
  for (const token of tokens) {
    if (token.kind === "end") yield* close(token.mark, token.end);
    else if (token.kind === "pause") {
      yield* close(".");
      yield token;
    } else if (token.kind === "style") styles.see(token);
    else {
      if (token.kind === "speech" && styles.current() !== style) {
        yield* close(".");
        style = styles.current();
      }
      parts.push(token);
      if (parts.length >= mostParts) yield* close(".");
    }
  }
  yield* close(".");
}
