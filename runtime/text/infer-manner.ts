import type { Manner, StyleName } from "../styles.ts";
import type { SentenceSegment } from "./phonemize.ts";
import { styleTable } from "./style-table.ts";

/** What goes with words that are seldom said in another way. */
const STYLE_OF_WORD = styleTable({
  whisper: "psst pst shh shhh hush",
  shout: "aargh argh",
  weary: "sigh ugh yawn exhausted",
  excited: "hooray hurrah hurray yay wow woohoo yippee",
  calm: "relax",
});

/** A short exclamation has at most so many words. */
const SHORT_WORDS = 4;
/** An exclamation in capitals of fewer letters may be an abbreviation. */
const FEWEST_CAPITALS = 3;

const ELLIPSIS = /\.\s?\.|…/;

/**
 * How a sentence is meant to be spoken as far as its spelling tells: capitals shout, short exclamations are excited, an
 * ellipsis is weary, and a few words speak for themselves. Undefined for all other sentences: most are neutral.
 */
export function inferManner({ text, words, symbols }: SentenceSegment): Manner | undefined {
  const exclaims = symbols.at(-1) === "!";
  if (
    isInCapitals(
      words.map((word) => word.text),
      exclaims,
    )
  )
    return { style: "shout", intensity: 0.8 };
  const style = styleOfWords(words.map((word) => word.text.toLowerCase()));
  if (style !== undefined) return { style, intensity: 0.6 };
  if (exclaims && words.length <= SHORT_WORDS) return { style: "excited", intensity: 0.4 };
  return ELLIPSIS.test(text) ? { style: "weary", intensity: 0.4 } : undefined;
}

/** Whether all of several words, or an exclaimed one, are in capitals; "I" and "A" do not count. */
function isInCapitals(words: readonly string[], exclaims: boolean): boolean {
  const long = words.map((word) => word.replace(/[^\p{L}]/gu, "")).filter((word) => word.length > 1);
  const letters = long.join("").length;
  const isEnough = long.length > 1 || (exclaims && letters >= FEWEST_CAPITALS);
  return isEnough && long.every((word) => word === word.toUpperCase());
}

function styleOfWords(words: readonly string[]): StyleName | undefined {
  const plain = words.map((word) => word.replace(/[^a-z]/g, ""));
  return STYLE_OF_WORD.get(plain.find((word) => STYLE_OF_WORD.has(word)) ?? "");
}
