import { isStyleName, STYLE_NAMES } from "../styles.ts";
import { parsePronunciation } from "./pronunciation.ts";
import { digitWords } from "./number-words.ts";
import { isStageDirection, styleOfDirection } from "./stage-directions.ts";
import { rule, type TokenRule } from "./token-rule.ts";
import { sayWords, type TokenContent } from "./tokens.ts";

const NOTHING: TokenContent = { kind: "nothing" };
const LONGEST_PAUSE_MS = 10_000;

/** Endings after which "word.ending" without a scheme is an address. */
const DOMAIN = "(?:com|org|net|edu|gov|io|gg|dev|ai|tv|co\\.uk|uk|de|fr|eu|us)";

const ADDRESS_WORDS: Readonly<Record<string, string>> = {
  ".": "dot",
  "/": "slash",
  "-": "dash",
  _: "underscore",
  "@": "at",
  ":": "colon",
  "?": "question mark",
  "=": "equals",
  "&": "and",
  "+": "plus",
  "#": "hash",
  "%": "percent",
};

function addressWords(address: string): string[] {
  const parts = address.match(/[a-z]+|\d+|[^a-z\d]/gi) ?? [];
  return parts.flatMap((part) => {
    if (/\d/.test(part)) return digitWords(part);
    return /[a-z]/i.test(part) ? [part.toLowerCase()] : (ADDRESS_WORDS[part]?.split(" ") ?? []);
  });
}

function sayAddress(address: string): TokenContent {
  return sayWords(addressWords(address));
}

function inlinePhones(written: string): TokenContent {
  const phones = parsePronunciation(written, `The inline pronunciation {${written}}`);
  return { kind: "speech", spoken: [{ kind: "phones", word: written.toLowerCase(), phones }] };
}

function pause(amount: string, unit: string): TokenContent {
  const durationMs = Number(amount) * (unit.toLowerCase() === "s" ? 1000 : 1);
  return { kind: "pause", durationMs: Math.min(Math.round(durationMs), LONGEST_PAUSE_MS) };
}

function stageDirection(span: string): TokenContent | undefined {
  if (!isStageDirection(span)) return undefined;
  const style = styleOfDirection(span);
  return style === undefined ? NOTHING : { kind: "style", style, scope: "direction" };
}

function styleTag(slash: string, name: string): TokenContent | undefined {
  return isStyleName(name)
    ? { kind: "style", style: name, scope: slash === "" ? "open" : "close" }
    : undefined;
}

/**
 * What is written into a line besides its words: inline phones, pauses, stage directions, emphasis marks, tags,
 * addresses, key-cap emoji and emoticons. One pair of asterisks holds a stage direction, which is not spoken, when
 * `isStageDirection` says so; otherwise, and for two asterisks, the words stay and the asterisks go. Stage directions
 * and tags that name a style set how what follows is spoken.
 */
export const markupRules: readonly TokenRule[] = [
  rule(String.raw`\{\s*\}`, () => NOTHING),
  rule(String.raw`\{([^{}\n]{1,200})\}`, ([, written = ""]) => inlinePhones(written)),
  rule(
    String.raw`\[\s*pause\s+(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s)\s*\]`,
    ([, n = "", unit = ""]) => pause(n, unit),
    "i",
  ),
  rule(String.raw`(?<!\*)\*(?![*\s])([^*\n]{1,100})(?<!\s)\*(?!\*)`, ([, span = ""]) => stageDirection(span)),
  rule(
    String.raw`<\s*(/?)\s*(${STYLE_NAMES.join("|")})\s*>`,
    ([, slash = "", name = ""]) => styleTag(slash, name.toLowerCase()),
    "i",
  ),
  rule(String.raw`</?[a-z][^<>\n]{0,80}>`, () => NOTHING, "i"),
  rule(String.raw`[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}`, ([address]) => sayAddress(address)),
  rule(
    String.raw`https?://(?:www\.)?([^\s<>"')\]]{0,99}[\w/])`,
    ([, address = ""]) => sayAddress(address),
    "i",
  ),
  rule(
    String.raw`(?:www\.)([\w-]{1,64}(?:\.[\w-]{1,64}){1,4}(?:/[\w./-]{0,60}\w)?)`,
    ([, a = ""]) => sayAddress(a),
    "i",
  ),
  rule(
    String.raw`(?<![\w.])((?:[\w-]{1,64}\.){1,4}${DOMAIN}(?![\w])(?:/[\w./-]{0,60}\w)?)`,
    ([, address = ""]) => sayAddress(address),
  ),
  rule(String.raw`[#*\d]\ufe0f?\u20e3`, () => NOTHING),
  rule(String.raw`(?<![\p{L}\d])(?:[:;=8]['^-]?[()|\\/DPOpo3*]{1,3}|<3|[xX]D)(?=\s|$)`, () => NOTHING),
];
