import { dictionary } from "cmu-pronouncing-dictionary";
import { inflectedPronunciation, withS } from "./inflections.ts";
import { compoundPronunciation } from "./compounds.ts";
import { foldLetters } from "./letters.ts";
import { letterToSound } from "./letter-to-sound.ts";
import { parsePronunciation } from "./pronunciation.ts";
import { letterNames, spokenForms } from "./spoken-forms.ts";
import { stretchedSpellings } from "./stretched-spellings.ts";

/** Pronunciations for invented or special words, e.g. `{ Whiterun: "W AY1 T R AH0 N" }`. */
export type UserLexicon = Readonly<Record<string, string>>;

/** How words are said. Words are lower case, letters a-z and apostrophes only, unless stated. */
export interface Lexicon {
  /** The user's pronunciation of a word as written: the same case first, then any case. */
  readonly ofUser: (surface: string) => readonly string[] | undefined;
  /** The phones of a noun with its possessive or plural ending. */
  readonly possessive: (phones: readonly string[]) => readonly string[];
  /** The pronunciation of a listed word or an inflection of one; undefined for all others. */
  readonly known: (word: string) => readonly string[] | undefined;
  /** The pronunciation of any word, guessed from the spelling if need be; never empty for a word with a letter. */
  readonly pronounce: (word: string) => readonly string[];
}

function listed(word: string): readonly string[] | undefined {
  const form = spokenForms.get(word);
  if (form !== undefined) return form;
  return Object.hasOwn(dictionary, word) ? dictionary[word]?.split(" ") : undefined;
}

function known(word: string): readonly string[] | undefined {
  return listed(word) ?? inflectedPronunciation(word, listed);
}

/** Every letter by its name, as one word. */
function spelledOut(letters: string): readonly string[] {
  return [...letters].flatMap((letter) => letterNames.get(letter) ?? []);
}

function guess(word: string): readonly string[] {
  const letters = word.replaceAll("'", "");
  if (!/[aeiouy]/.test(letters)) return spelledOut(letters);
  const said = compoundPronunciation(letters, known) ?? letterToSound(letters);
  return said.length > 0 ? said : spelledOut(letters);
}

function pronounce(word: string): readonly string[] {
  for (const spelling of [word, ...stretchedSpellings(word)]) {
    const found = known(spelling);
    if (found !== undefined) return found;
  }
  return (
    inflectedPronunciation(word, pronounce, "possessive") ?? guess(stretchedSpellings(word).at(-1) ?? word)
  );
}

/**
 * The words the runtime can say: the user's first, then spoken forms, the CMU dictionary, inflections of known words,
 * compounds, and last letter-to-sound rules.
 * @throws VoiceTextError when the user's lexicon has an unknown phone
 */
export function createLexicon(userLexicon: UserLexicon = {}): Lexicon {
  const exact = new Map<string, readonly string[]>();
  const anyCase = new Map<string, readonly string[]>();
  for (const [word, written] of Object.entries(userLexicon)) {
    const phones = parsePronunciation(written, `The lexicon entry for "${word}"`);
    exact.set(word, phones);
    anyCase.set(foldCase(word), phones);
  }
  const ofUser = (surface: string) => exact.get(surface) ?? anyCase.get(foldCase(surface));
  return { ofUser, possessive: withS, known, pronounce };
}

/** Lower case without accents; words of other alphabets, which fold to nothing, keep their own letters. */
function foldCase(word: string): string {
  return (foldLetters(word) || word).toLowerCase();
}
