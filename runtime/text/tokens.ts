import type { StyleName } from "../styles.ts";
import type { FinalMark } from "./phones.ts";

/** One spoken word of a token; "1984" is one token of three spoken words. */
export type Spoken =
  /** A word to look up: a-z and apostrophes, lower case. `capital`: written with a capital first letter. */
  | { readonly kind: "word"; readonly word: string; readonly capital: boolean }
  /** A letter said by its name, lower case. */
  | { readonly kind: "letter"; readonly word: string }
  /** Phones given by the user; `word` is what was written, lower case. */
  | { readonly kind: "phones"; readonly word: string; readonly phones: readonly string[] };

/** What the text is cut into, in order. `start` and `end` are a half-open range of UTF-16 units in the text. */
export type Token = { readonly start: number; readonly end: number } & Exclude<
  TokenContent,
  { readonly kind: "nothing" }
>;

/** A token without its place. */
export type TokenContent =
  | { readonly kind: "speech"; readonly spoken: readonly Spoken[] }
  | { readonly kind: "break" }
  | { readonly kind: "end"; readonly mark: FinalMark }
  | { readonly kind: "pause"; readonly durationMs: number }
  /** A style tag that opens or closes, or a stage direction, which holds from here on. */
  | { readonly kind: "style"; readonly style: StyleName; readonly scope: "open" | "close" | "direction" }
  | { readonly kind: "nothing" };

/** Words to look up, in lower case. */
export function sayWords(words: readonly string[]): TokenContent {
  return { kind: "speech", spoken: words.map((word) => ({ kind: "word", word, capital: false })) };
}

/** Letters by their names; characters other than a-z are skipped. */
export function spellLetters(letters: string): Spoken[] {
  return [...letters.toLowerCase()]
    .filter((letter) => /[a-z]/.test(letter))
    .map((word) => ({ kind: "letter", word }));
}
