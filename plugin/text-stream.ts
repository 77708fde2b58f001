import { VoiceTextError } from "../runtime/errors.ts";
import { TITLES } from "../runtime/text/abbreviations.ts";
import type { TextPiece } from "./speech-chunks.ts";

/** A mark that may end a sentence, with closing quotes and brackets, and the space that shows that it is over. */
const SENTENCE_END = /[.!?…]+["'”’)\]]*\s+|\n+/g;

/** Once a sentence is longer than this many characters it is cut at a break past the half of it, */
const LONG_PIECE = 240;
const BREAK = /[,;:—]\s+(?=\S)/g;
/** and at a space before so many. */
const LONGEST_PIECE = 600;

const SPEAKABLE = /[\p{L}\p{N}]/u;
const LAST_WORD = /(\p{L}+)\.\s+$/u;

/**
 * Cuts a stream of text, such as a language model gives it, into sentences, each as soon as it is complete. The pieces
 * joined are the whole text; what has nothing to say goes with what follows.
 * @param onText is told the whole text so far
 * @throws VoiceTextError when the stream fails or gives something else than text, or the signal's reason
 */
export async function* textPieces(
  stream: AsyncIterable<string>,
  onText: (text: string) => void,
  signal: AbortSignal,
): AsyncGenerator<TextPiece, void, undefined> {
  let text = "";
  let spoken = 0;
  for await (const part of readStream(stream, signal)) {
    text += part;
    onText(text);
    for (let end = pieceEnd(text, spoken); end > spoken; end = pieceEnd(text, spoken)) {
      yield { text: text.slice(spoken, end), charStart: spoken };
      spoken = end;
    }
  }
  const rest = text.slice(spoken);
  if (SPEAKABLE.test(rest) || spoken === 0) yield { text: rest, charStart: spoken };
}

/** Ends with the signal's reason, and leaves the stream then, even while it is silent. */
async function* readStream(stream: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string> {
  const iterator = stream[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }),
  );
  try {
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), aborted]);
      if (done === true) return;
      if (typeof value !== "string") throw new TypeError(`it gave ${String(value)}, which is no string`);
      yield value;
    }
  } catch (cause) {
    signal.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VoiceTextError(
      `The stream of text failed (${reason}). What came before was spoken; speak the rest anew.`,
      { cause },
    );
  } finally {
    iterator.return?.().catch(() => undefined); // not awaited: a stream may be waiting for its own next piece
  }
}

/** Where the piece that starts at `start` ends; `start` while it is not complete. */
function pieceEnd(text: string, start: number): number {
  const rest = text.slice(start);
  const end = firstEnd(rest, SENTENCE_END, isSentence);
  if (end > 0) return start + end;
  if (rest.length < LONG_PIECE) return start;
  const atBreak = firstEnd(rest, BREAK, (piece) => SPEAKABLE.test(piece) && piece.length > LONG_PIECE / 2);
  if (atBreak > 0) return start + atBreak;
  if (rest.length < LONGEST_PIECE) return start;
  const atSpace = rest.slice(0, LONGEST_PIECE).lastIndexOf(" ");
  return start + (atSpace > 0 ? atSpace + 1 : LONGEST_PIECE);
}

/** The end of the first match at which `holds` is true of the text up to there; 0 when there is none. */
function firstEnd(text: string, pattern: RegExp, holds: (before: string) => boolean): number {
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    if (holds(text.slice(0, end))) return end;
  }
  return 0;
}

/** False for "Mr. " and the like, for initials, and for marks without a word. */
function isSentence(piece: string): boolean {
  if (!SPEAKABLE.test(piece)) return false;
  const [, lastWord] = LAST_WORD.exec(piece) ?? [];
  return lastWord === undefined || !(TITLES.has(lastWord.toLowerCase()) || /^\p{Lu}$/u.test(lastWord));
}
