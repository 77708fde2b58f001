import { cardinalWords, ordinalWords, romanValue } from "./number-words.ts";
import type { RuleContext } from "./token-rule.ts";
import type { Spoken } from "./tokens.ts";

/** Things that are counted with Roman numerals: "Chapter IV" is chapter four. */
const COUNTED =
  /^(?:chapter|part|book|volume|act|scene|level|section|phase|stage|tier|mark|war|type|class|episode|rank|appendix|article|season|lesson|wave|floor|zone|world|round|grade|quest|fantasy)$/i;

/** Names and titles of rulers: "Henry VIII" is Henry the eighth. */
const RULER =
  /^(?:king|queen|pope|emperor|empress|tsar|czar|kaiser|sultan|prince|duke|henry|louis|charles|george|edward|richard|james|william|elizabeth|mary|john|paul|pius|napoleon|frederick|alexander|nicholas|catherine|peter|philip|ivan|leo|benedict|gregory|robert|david|harold|arthur|uriel|otto|rudolf|ferdinand|leopold|alfonso|ramses|ptolemy|xerxes|darius|magnus|olaf|erik|gustav|christian)$/i;

function say(words: readonly string[]): readonly Spoken[] {
  return words.map((word) => ({ kind: "word", word, capital: false }));
}

/** Whether the word two before is a ruler's title, as in "King Alduin II". */
function followsTitle(context: RuleContext, numeral: string): boolean {
  const head = context.text.slice(
    Math.max(0, context.end - numeral.length - 60),
    context.end - numeral.length,
  );
  const title = /(\p{L}+)\s+\p{Lu}[\p{L}'-]*\s+$/u.exec(head)?.[1] ?? "";
  return RULER.test(title);
}

/** The last word with the possessive ending of the numeral, if it has one. */
function withEnding(words: readonly string[], ending: string): readonly string[] {
  return [...words.slice(0, -1), `${words.at(-1) ?? ""}${ending}`];
}

/** Whether "I" is more likely the speaker: the sentence goes on with something other than "of", "was" or "is". */
function isPronoun(word: string, context: RuleContext): boolean {
  return (
    word === "I" && /^\s+(?!(?:of|was|is)\b)[a-z]/.test(context.text.slice(context.end, context.end + 10))
  );
}

/**
 * A Roman numeral in capitals, said as a place in a row after rulers and as a count after other names and things that
 * are counted. Undefined when it is more likely an ordinary word or acronym.
 */
export function romanSpoken(word: string, context: RuleContext): readonly Spoken[] | undefined {
  const [, numeral = "", ending = ""] = /^([A-Z]+)('s)?$/.exec(word) ?? [];
  const value = romanValue(numeral);
  if (value === undefined || context.before === "") return undefined;
  const digits = String(value);
  if (COUNTED.test(context.before)) return say(withEnding(cardinalWords(digits), ending));
  if (isPronoun(word, context)) return undefined;
  if (RULER.test(context.before) || followsTitle(context, word)) {
    return say(withEnding(["the", ...ordinalWords(digits)], ending));
  }
  const isPlain = numeral.length > 1 && /^[IVX]+$/.test(numeral);
  return isPlain && /^\p{Lu}\p{Ll}/u.test(context.before)
    ? say(withEnding(cardinalWords(digits), ending))
    : undefined;
}
