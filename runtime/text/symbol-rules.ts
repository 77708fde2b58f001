import { rule, type RuleContext, type TokenRule } from "./token-rule.ts";
import { sayWords, type TokenContent } from "./tokens.ts";

const NOTHING: TokenContent = { kind: "nothing" };
const BREAK: TokenContent = { kind: "break" };

/** Quotes and brackets that may stand between a mark and the space after it. */
const CLOSERS = String.raw`["')\]}*_]{0,4}`;

/** What follows a mark that ends a sentence; a tag may. */
const AFTER_MARK = String.raw`\s|$|</?[a-zA-Z]`;

function markOf(marks: string): TokenContent {
  return { kind: "end", mark: marks.includes("?") ? "?" : marks.includes("!") ? "!" : "." };
}

/** The text after a place, without quotes and spaces in front. */
function textAfter({ text, end }: RuleContext): string {
  return text.slice(end, end + 60).replace(/^["'*_\s]+/, "");
}

/** A row of dots ends a sentence only where a new one plainly starts; elsewhere it is a hesitation. */
function ellipsis(_: RegExpExecArray, context: RuleContext): TokenContent {
  const after = textAfter(context);
  const startsSentence = /^\p{Lu}/u.test(after) && !/^I\b/.test(after);
  return startsSentence || after === "" ? { kind: "end", mark: "." } : BREAK;
}

/** A mark inside a quotation that the sentence goes on after, as in `"Stop!" he said`, is a phrase break. */
function sentenceMark([marks, , closers = ""]: RegExpExecArray, context: RuleContext): TokenContent {
  const goesOn =
    closers.includes('"') && /^\s+\p{Ll}/u.test(context.text.slice(context.end, context.end + 8));
  return goesOn ? BREAK : markOf(marks);
}

function newline(_: RegExpExecArray, context: RuleContext): TokenContent {
  return /^[\p{Lu}\d•*-]/u.test(textAfter(context)) ? BREAK : NOTHING;
}

function word(pattern: string, said: string): TokenRule {
  return rule(pattern, () => sayWords(said.split(" ")));
}

/** Line breaks, ends of sentences, phrase breaks and symbols with a name. What no rule matches is not spoken. */
export const symbolRules: readonly TokenRule[] = [
  rule(String.raw`[ \t\u00a0]*\n\s*\n\s*`, () => ({ kind: "end", mark: "." })),
  rule(String.raw`[ \t\u00a0]*\n\s*(?:[-*•]\s+|#{1,6}\s+|\d{1,2}\)\s+)?`, newline),
  rule(String.raw`(?:\.\s?){2,}\.|\.{2,}|…[.…]*(?![?!])`, ellipsis),
  rule(String.raw`([?!‽][?!.…‽]*|[.…]+[?!][?!.…]*)(${CLOSERS})(?=${AFTER_MARK})`, sentenceMark),
  rule(String.raw`([?!‽][?!.…‽]*)()`, sentenceMark),
  rule(String.raw`([.。]|[。．])${CLOSERS}(?=${AFTER_MARK})`, sentenceMark),
  rule(String.raw`[。！？]`, ([mark]) => markOf(mark)),
  rule(String.raw`\.(?=\p{Lu}\p{Ll})`, () => ({ kind: "end", mark: "." })),
  word(String.raw`(?<=[\p{L}\d])\.(?=[\p{L}\d])`, "dot"),
  rule(String.raw`([#=+*~_^|\\<>&@%$-])\1{2,}`, () => BREAK),
  word(String.raw`(?<=[\d%])[-–—](?=[$£€¥]?\d)`, "to"),
  word(String.raw`(?<=\d)\s+–\s+(?=\d)`, "to"),
  word(String.raw`(?<=\d\s)-(?=\s\d)`, "minus"),
  word(String.raw`(?<=\d):(?=\d)`, "to"),
  word(String.raw`(?<=\d\s?)[*×](?=\s?\d)`, "times"),
  word(String.raw`(?<=\d\s)/(?=\s\d)|(?<=\d\s?)÷(?=\s?\d)`, "divided by"),
  word(String.raw`(?<=[\p{L}\d]\s)<(?=\s[\p{L}\d])`, "is less than"),
  word(String.raw`(?<=[\p{L}\d]\s)>(?=\s[\p{L}\d])`, "is greater than"),
  word(String.raw`(?<=\d)/(?=\p{L})`, "per"),
  word(String.raw`~(?=\d)`, "about"),
  rule(String.raw`--+|[–—―]+|(?<=\s|^)-(?=\s|$)|-(?=["']?(?:\s|$))`, () => BREAK),
  rule(String.raw`[,;:()\[\]•、，；：|]`, () => BREAK),
  rule(String.raw`#{1,6}\s`, () => NOTHING),
  word("&", "and"),
  word("@", "at"),
  word(String.raw`#(?=\p{L})`, "hashtag"),
  word("#", "number"),
  word(String.raw`\+`, "plus"),
  word("=", "equals"),
  word("%", "percent"),
  word(String.raw`\$`, "dollars"),
  word("£", "pounds"),
  word("€", "euros"),
  word("¥", "yen"),
  word("°", "degrees"),
];
