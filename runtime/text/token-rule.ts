import type { Lexicon } from "./lexicon.ts";
import { type TokenContent, sayWords } from "./tokens.ts";

/** What a rule may look at besides its match. */
export interface RuleContext {
  /** The whole cleaned text. */
  readonly text: string;
  /** Where the match ends in it. */
  readonly end: number;
  /** The spoken token before, as written; empty at the start of a sentence or phrase. */
  readonly before: string;
  readonly lexicon: Lexicon;
}

/** One row of the tokeniser's table: at a place in the text the first rule that matches and does not decline wins. */
export interface TokenRule {
  /** Sticky. */
  readonly pattern: RegExp;
  /** What is said for the match; undefined when the rule declines it. */
  readonly speak: (match: RegExpExecArray, context: RuleContext) => TokenContent | undefined;
}

/** A decimal number with or without commas between thousands, as a pattern without groups. */
export const NUMBER = String.raw`(?:\d{1,3}(?:,\d{3})+(?![\d])|\d{1,18})(?:\.\d{1,18})?`;

/** No letter or digit follows. */
export const WORD_END = String.raw`(?![\p{L}\d])`;

/** A rule for a pattern in sticky Unicode mode. */
export function rule(pattern: string, speak: TokenRule["speak"], flags = ""): TokenRule {
  return { pattern: new RegExp(pattern, `uy${flags}`), speak };
}

/** A rule that says words to look up; an empty list declines. A sign before the pattern is said as plus or minus. */
export function numberRule(
  pattern: string,
  words: (groups: readonly (string | undefined)[], context: RuleContext) => readonly string[],
  flags = "",
): TokenRule {
  const signed = String.raw`((?<![\p{L}\d)\]%.])[+-])?(?:${pattern})`;
  const speak: TokenRule["speak"] = (match, context) => {
    const [, sign, ...groups] = match;
    const said = words(groups, context);
    if (said.length === 0) return undefined;
    return sayWords(sign === undefined ? said : [sign === "+" ? "plus" : "minus", ...said]);
  };
  return rule(signed, speak, flags);
}

/** Whether the end of the text, a new paragraph or a capital follows, so that a dot there ends the sentence. */
export function sentenceEndsAfter({ text, end }: RuleContext): boolean {
  return /^(?:\s*$|\s*\n\s*\n|\s+["'(]?\p{Lu})/u.test(text.slice(end, end + 40));
}
