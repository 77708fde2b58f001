import { VoiceTextError } from "../errors.ts";
import type { StyleName } from "../styles.ts";
import { createLexicon, type Lexicon, type UserLexicon } from "./lexicon.ts";
import { pronounceSentence } from "./pronounce-sentence.ts";
import { groupSentences, type Sentence, splitSentence } from "./sentences.ts";
import { tokenize } from "./tokenize.ts";

/** A word as the user wrote it and where it is, in the symbols and in the text. */
export interface PhonemizedWord {
  /** As written, without punctuation; for subtitles. */
  readonly text: string;
  /** Half-open range into the sentence's symbols. */
  readonly firstSymbol: number;
  readonly endSymbol: number;
  /** Half-open range in the original text, in UTF-16 units. */
  readonly charStart: number;
  readonly charEnd: number;
}

/** A sentence, or a piece of a long one: `<s>`, phones and `,` breaks, and a final `.`, `?` or `!`. */
export interface SentenceSegment {
  readonly kind: "sentence";
  /** The stretch of the original text it was made from. */
  readonly text: string;
  readonly symbols: readonly string[];
  readonly words: readonly PhonemizedWord[];
  /** What a tag or stage direction in the text asks for. */
  readonly style?: StyleName;
}

/** Silence asked for with `[pause 300ms]`. */
export interface PauseSegment {
  readonly kind: "pause";
  readonly durationMs: number;
}

export type TextSegment = SentenceSegment | PauseSegment;

export interface PhonemizeOptions {
  /** Pronunciations of invented or special words. Defaults to none. */
  readonly lexicon?: UserLexicon;
  /** Longer sentences are cut: at breaks, else before conjunctions, else anywhere. Defaults to 18. */
  readonly maxWordsPerSentence?: number;
}

const DEFAULT_MAX_WORDS = 18;
const LONGEST_QUOTE = 40;

/** Tokens after which text without marks is cut, as a multiple of the words in a sentence. */
const PARTS_PER_WORD = 40;

function nothingToSay(text: string): VoiceTextError {
  const shown = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
  const given =
    text.trim() === "" ? "The text is empty" : `The text ${JSON.stringify(shown)} has nothing to say`;
  return new VoiceTextError(
    `${given}. Allowed: text with at least one Latin letter, digit or symbol with a name, such as & or %. ` +
      `Write a word, or do not call speak for this line.`,
  );
}

function toSegment(text: string, sentence: Sentence, lexicon: Lexicon): SentenceSegment | undefined {
  const { symbols, words } = pronounceSentence(sentence, lexicon);
  if (words.length === 0) return undefined;
  return {
    kind: "sentence",
    text: text.slice(sentence.start, sentence.end),
    symbols,
    ...(sentence.style && { style: sentence.style }),
    words: words.map(({ token, firstSymbol, endSymbol }) => ({
      text: text.slice(token.start, token.end),
      firstSymbol,
      endSymbol,
      charStart: token.start,
      charEnd: token.end,
    })),
  };
}

function* segments(text: string, lexicon: Lexicon, maxWords: number): Generator<TextSegment> {
  const pausesBefore: PauseSegment[] = [];
  let spoken = false;
  for (const group of groupSentences(tokenize(text, lexicon), maxWords * PARTS_PER_WORD)) {
    if ("kind" in group) {
      const pause: PauseSegment = { kind: "pause", durationMs: group.durationMs };
      if (spoken) yield pause;
      else pausesBefore.push(pause);
      continue;
    }
    for (const piece of splitSentence(group, maxWords)) {
      const segment = toSegment(text, piece, lexicon);
      if (segment === undefined) continue;
      yield* pausesBefore.splice(0);
      spoken = true;
      yield segment;
    }
  }
  if (!spoken) throw nothingToSay(text);
}

/**
 * Like `phonemize`, one segment at a time, so that a long text costs nothing before it is needed. The lexicon is checked
 * at once; what is wrong in the text is thrown when it is reached.
 * @throws VoiceTextError as `phonemize` does
 */
export function phonemizeLazily(text: string, options: PhonemizeOptions = {}): Generator<TextSegment> {
  const maxWords = Math.max(1, Math.floor(options.maxWordsPerSentence ?? DEFAULT_MAX_WORDS));
  return segments(text, createLexicon(options.lexicon), maxWords);
}

/**
 * Turns English text into the symbols the acoustic model speaks, sentence by sentence. The same text always gives the
 * same symbols.
 * @throws VoiceTextError when nothing in the text can be spoken, or a lexicon entry or `{...}` has an unknown phone
 */
export function phonemize(text: string, options: PhonemizeOptions = {}): TextSegment[] {
  return [...phonemizeLazily(text, options)];
}
