import { cleanText } from "./letters.ts";
import type { Lexicon } from "./lexicon.ts";
import { markupRules } from "./markup-rules.ts";
import { measureRules } from "./measure-rules.ts";
import { numberRules } from "./number-rules.ts";
import { symbolRules } from "./symbol-rules.ts";
import type { RuleContext, TokenRule } from "./token-rule.ts";
import type { Token, TokenContent } from "./tokens.ts";
import { wordRules } from "./word-rules.ts";

const SPACE = /[^\S\n]+/y;

/** At each place the first rule that matches and does not decline decides. */
const RULES: readonly TokenRule[] = [
  ...markupRules,
  ...measureRules,
  ...numberRules,
  ...wordRules,
  ...symbolRules,
];

interface Found {
  readonly end: number;
  readonly content: TokenContent;
}

function applyRules(text: string, at: number, before: string, lexicon: Lexicon): Found | undefined {
  for (const { pattern, speak } of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) continue;
    const context: RuleContext = { text, end: at + match[0].length, before, lexicon };
    const content = speak(match, context);
    if (content !== undefined) return { end: context.end, content };
  }
  return undefined;
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  return SPACE.exec(text) === null ? at : SPACE.lastIndex;
}

/**
 * Cuts text into what is spoken, phrase breaks, ends of sentences and pauses, reading no further than it has to.
 * Whatever no rule knows (emoji, other alphabets, stray marks) is skipped.
 * @throws VoiceTextError when braces hold an unknown phone
 */
export function* tokenize(original: string, lexicon: Lexicon): Generator<Token> {
  const text = cleanText(original);
  let before = "";
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const found = applyRules(text, at, before, lexicon);
    const start = at;
    at = found?.end ?? at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
    if (found === undefined || found.content.kind === "nothing") continue;
    if (found.content.kind === "speech" && found.content.spoken.length === 0) continue;
    before = found.content.kind === "speech" ? text.slice(start, at) : "";
    yield { ...found.content, start, end: at };
  }
}
