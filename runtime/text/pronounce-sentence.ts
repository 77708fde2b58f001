import { homographPhones, type Neighbours } from "./homographs.ts";
import type { Lexicon } from "./lexicon.ts";
import { BREAK_SYMBOL, isVowel, START_SYMBOL, WORD_START } from "./phones.ts";
import type { Sentence, SpeechToken } from "./sentences.ts";
import { letterNames } from "./spoken-forms.ts";
import type { Spoken } from "./tokens.ts";

/** The symbols of a sentence and, for each token with sound, its half-open range in them. */
export interface PronouncedSentence {
  readonly symbols: readonly string[];
  readonly words: readonly { token: SpeechToken; firstSymbol: number; endSymbol: number }[];
}

interface Placed {
  readonly spoken: Spoken;
  /** Number of breaks before it, so that neighbours across a break are not taken for context. */
  readonly phrase: number;
}

function placeWords(sentence: Sentence): Placed[] {
  let phrase = 0;
  return sentence.parts.flatMap((part) => {
    if (part.kind === "break") phrase++;
    return part.kind === "speech" ? part.spoken.map((spoken) => ({ spoken, phrase })) : [];
  });
}

function neighboursOf(placed: readonly Placed[], index: number): Neighbours {
  const here = placed[index];
  const wordAt = (at: number) => (placed[at]?.phrase === here?.phrase ? (placed[at]?.spoken.word ?? "") : "");
  return {
    before: wordAt(index - 1),
    twoBefore: wordAt(index - 2),
    after: wordAt(index + 1),
    capital: here?.spoken.kind === "word" && here.spoken.capital,
  };
}

function phonesOf(placed: readonly Placed[], index: number, lexicon: Lexicon): readonly string[] {
  const spoken = placed[index]?.spoken;
  if (spoken === undefined) return [];
  if (spoken.kind === "phones") return spoken.phones;
  if (spoken.kind === "letter") return letterNames.get(spoken.word) ?? [];
  return homographPhones(spoken.word, neighboursOf(placed, index)) ?? lexicon.pronounce(spoken.word);
}

/** "the" is DH IY0 before a vowel sound. */
function joinWords(placed: readonly Placed[], said: readonly (readonly string[])[]): (readonly string[])[] {
  return said.map((phones, i) => {
    const { kind, word } = placed[i]?.spoken ?? {};
    const beforeVowel = placed[i + 1]?.phrase === placed[i]?.phrase && isVowel(said[i + 1]?.[0] ?? "");
    return kind === "word" && word === "the" && beforeVowel ? ["DH", "IY0"] : phones;
  });
}

function markStart(phones: readonly string[]): string[] {
  return phones.map((phone, i) => (i === 0 ? WORD_START + phone : phone));
}

/** The symbols a sentence is spoken with: start silence, phones and breaks, final mark. */
export function pronounceSentence(sentence: Sentence, lexicon: Lexicon): PronouncedSentence {
  const placed = placeWords(sentence);
  const said = joinWords(
    placed,
    placed.map((_, index) => phonesOf(placed, index, lexicon)),
  );
  const symbols: string[] = [START_SYMBOL];
  const words: PronouncedSentence["words"][number][] = [];
  let next = 0;
  for (const part of sentence.parts) {
    if (part.kind === "break") {
      symbols.push(BREAK_SYMBOL);
      continue;
    }
    const firstSymbol = symbols.length;
    for (const _ of part.spoken) symbols.push(...markStart(said[next++] ?? []));
    if (symbols.length > firstSymbol) words.push({ token: part, firstSymbol, endSymbol: symbols.length });
  }
  symbols.push(sentence.mark);
  return { symbols, words };
}
