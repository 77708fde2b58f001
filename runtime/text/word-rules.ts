import { ACRONYMS, CAPITALS_READ_AS, DOTLESS, DOTTED, TITLES, TRAILING } from "./abbreviations.ts";
import { foldLetters } from "./letters.ts";
import { gluedDigits } from "./number-rules.ts";
import { romanSpoken } from "./roman-numerals.ts";
import { stretchedSpellings } from "./stretched-spellings.ts";
import { rule, type RuleContext, sentenceEndsAfter, type TokenRule, WORD_END } from "./token-rule.ts";
import { sayWords, type Spoken, spellLetters, type TokenContent } from "./tokens.ts";

/** Letters, accents and invisible joiners; long runs are cut so that no token is without bound. */
const LETTERS = String.raw`\p{L}[\p{L}\p{M}\u00ad\u200b-\u200d\u2060\ufeff]{0,49}`;
const WORD = `${LETTERS}(?:'${LETTERS}){0,2}`;
const BEFORE_WORD = String.raw`(?<![\p{L}\d])`;

/** Words that open a sentence, so that a dotted acronym before them has ended one. */
const OPENER = /^\s+(?:The|He|She|It|We|You|They|I|But|And|This|That|What|So|Then|There|In|If|No|My)\b/;

/** Titles clear enough to be known even when no capital follows. */
const CLEAR_TITLE = /^(?:mr|mrs|dr|prof|vs|approx|capt|sgt)$/i;

/** Letters with vowels that no English word strings together are spelled. */
const UNSAYABLE =
  /^[^aeiouy]*$|[^aeiouy]{5}|^(?![scp]h|th|[bcdfgkpst][lr]|[dkst]w|s[cklmnpqt]|[gkp]n|[cgprw]h|wr|ps)[^aeiouy]{2}/;

/** Sounds of letters that stutter ("b-but"); all others are left unsaid. */
const STUTTERS: Readonly<Record<string, string>> = {
  b: "B",
  c: "K",
  d: "D",
  f: "F",
  g: "G",
  h: "HH",
  k: "K",
  l: "L",
  m: "M",
  n: "N",
  p: "P",
  r: "R",
  s: "S",
  t: "T",
  v: "V",
  w: "W",
  y: "Y",
  z: "Z",
};

function lookUp(word: string, surface: string): Spoken {
  return { kind: "word", word, capital: /^\p{Lu}/u.test(surface) };
}

function sayPhrase(phrase: string): TokenContent {
  return sayWords(phrase.split(" "));
}

/** Capitals: spelled when listed, or when neither known nor sayable; otherwise read as a word. */
function capitalsSpoken(word: string, { lexicon }: RuleContext): readonly Spoken[] | undefined {
  const [, base = "", plural = ""] = /^([A-Z]{2,})('?s)?$/.exec(word) ?? [];
  if (base === "") return undefined;
  const reading = plural === "" ? CAPITALS_READ_AS.get(base) : undefined;
  if (reading !== undefined) return reading.split(" ").map((w) => lookUp(w, ""));
  const lower = base.toLowerCase();
  const isWord = lexicon.known(lower) !== undefined || (base.length > 3 && !UNSAYABLE.test(lower));
  if (!ACRONYMS.has(base) && isWord) return undefined;
  const letters = spellLetters(base);
  const last = letters.at(-1)?.word ?? "";
  return plural === "" ? letters : [...letters.slice(0, -1), lookUp(`${last}.'s`, "")];
}

function userSpoken(surface: string, { lexicon }: RuleContext): readonly Spoken[] | undefined {
  const phones = lexicon.ofUser(surface);
  if (phones !== undefined) return [{ kind: "phones", word: surface.toLowerCase(), phones }];
  const [, base = "", ending = ""] = /^(.+)('s|s')$/iu.exec(surface) ?? [];
  const ofBase = base === "" ? undefined : lexicon.ofUser(ending === "s'" ? `${base}s` : base);
  if (ofBase === undefined) return undefined;
  const said = ending === "s'" ? ofBase : lexicon.possessive(ofBase);
  return [{ kind: "phones", word: surface.toLowerCase(), phones: said }];
}

/** The spoken words of one written word without hyphens or digits; empty when it has no Latin letters. */
function wordSpoken(surface: string, context: RuleContext): readonly Spoken[] {
  const folded = foldLetters(surface);
  const lower = folded.toLowerCase();
  const fixed =
    userSpoken(surface, context) ?? romanSpoken(folded, context) ?? capitalsSpoken(folded, context);
  if (fixed !== undefined) return fixed;
  const full = DOTLESS.get(lower);
  if (full !== undefined) return full.split(" ").map((word) => lookUp(word, ""));
  if (/^[b-hj-z]$/.test(lower)) return spellLetters(lower);
  if (folded === "A" && context.before !== "") return spellLetters("a");
  if (isUnsayable(lower, context)) return spellLetters(lower);
  return /[a-z]/.test(lower) ? [lookUp(lower, surface)] : [];
}

/** Whether a word can only be spelled: no vowel letter, and not a noise such as "brrr" either. */
function isUnsayable(word: string, { lexicon }: RuleContext): boolean {
  return (
    !/[aeiouy]/.test(word) && [word, ...stretchedSpellings(word)].every((w) => lexicon.known(w) === undefined)
  );
}

function speech(spoken: readonly Spoken[]): TokenContent {
  return spoken.length > 0 ? { kind: "speech", spoken } : { kind: "nothing" };
}

function stutterSpoken(letter: string): readonly Spoken[] {
  const phone = STUTTERS[letter.toLowerCase()];
  return phone === undefined ? [] : [{ kind: "phones", word: letter.toLowerCase(), phones: [phone, "AH0"] }];
}

/** "W-w-what": each single letter that the next part starts with is a stutter. */
function partSpoken(part: string, next: string | undefined, context: RuleContext): readonly Spoken[] {
  const stutters = part.length === 1 && next?.[0]?.toLowerCase() === part.toLowerCase();
  return stutters ? stutterSpoken(part) : wordSpoken(part, context);
}

function hyphenated(surface: string, context: RuleContext): TokenContent {
  const whole = userSpoken(surface, context);
  if (whole !== undefined) return speech(whole);
  const lower = foldLetters(surface.replaceAll("-", " ")).toLowerCase();
  const joined = surface.toLowerCase();
  if (lower !== "" && context.lexicon.known(joined) !== undefined) return speech([lookUp(joined, surface)]);
  const parts = surface.split("-");
  if (new Set(parts).size > 1 && parts.every((part) => part.length === 1))
    return speech(spellLetters(surface));
  return speech(parts.flatMap((part, i) => partSpoken(part, parts[i + 1], context)));
}

/** "R2D2", "lvl5", "x3": runs of letters and of digits, short or vowelless runs of letters spelled. */
function alphanumeric(surface: string, context: RuleContext): TokenContent {
  const user = userSpoken(surface, context);
  if (user !== undefined) return speech(user);
  const runs = surface.match(/\d+|\D+/g) ?? [];
  return speech(
    runs.flatMap((run) => {
      if (/\d/.test(run)) return gluedDigits(run).map((word) => lookUp(word, ""));
      const isWord = run.length > 2 && context.lexicon.known(run.toLowerCase()) !== undefined;
      return isWord || DOTLESS.has(run.toLowerCase()) ? wordSpoken(run, context) : spellLetters(run);
    }),
  );
}

/** "St." is a saint before a name and a street after one. */
function saintOrStreet(context: RuleContext): TokenContent {
  const nameFollows = /^\s+\p{Lu}/u.test(context.text.slice(context.end, context.end + 40));
  const nameBefore = /^\p{Lu}/u.test(context.before);
  return sayPhrase(nameFollows && !nameBefore ? "saint" : "street");
}

type Declines = (abbreviation: string, context: RuleContext) => boolean;

function fromTable(table: ReadonlyMap<string, string>, declines: Declines = () => false): TokenRule["speak"] {
  return ([, abbreviation = ""], context) => {
    const phrase = table.get(abbreviation.toLowerCase());
    return phrase === undefined || declines(abbreviation, context) ? undefined : sayPhrase(phrase);
  };
}

/** At the end of a sentence "min" or "co" is as likely the word itself; only clear abbreviations are said in full. */
function isPlainWord(abbreviation: string): boolean {
  return !/^(?:etc|jr|sr|inc|ltd|corp|blvd|dept|lvl)$/i.test(abbreviation);
}

function isNoTitle(abbreviation: string, { text, end }: RuleContext): boolean {
  const after = text.slice(end, end + 8);
  return (
    !/^\s*["'*{]?[\p{Lu}\d]/u.test(after) && !(CLEAR_TITLE.test(abbreviation) && /^\s*[\p{L}]/u.test(after))
  );
}

/** "U.S.A.": the last dot ends the sentence when the text ends or an opening word follows. */
function dottedLetters(
  [, letters = ""]: RegExpExecArray,
  { text, end }: RuleContext,
): TokenContent | undefined {
  const after = text.slice(end, end + 12);
  return /^\s*$/.test(after) || OPENER.test(after) ? undefined : speech(spellLetters(letters));
}

/** A capital with a dot is an initial when a name or another initial stands next to it; "I" only among initials. */
function initial([, letter = ""]: RegExpExecArray, context: RuleContext): TokenContent | undefined {
  const anotherFollows = /^\s?\p{Lu}\./u.test(context.text.slice(context.end, context.end + 4));
  const nameBefore = context.before === "" || /^\p{Lu}/u.test(context.before);
  const newSentence = OPENER.test(context.text.slice(context.end, context.end + 12));
  return anotherFollows || (nameBefore && letter !== "I" && !newSentence)
    ? speech(spellLetters(letter))
    : undefined;
}

const DOTTED_LETTERS = String.raw`${BEFORE_WORD}((?:[a-z]\.){1,7}[a-z])`;

/** Abbreviations, acronyms, words with hyphens or digits, and plain words, most particular first. */
export const wordRules: readonly TokenRule[] = [
  rule(`${BEFORE_WORD}(e\\.g\\.|i\\.e\\.|ph\\.d\\.)`, fromTable(DOTTED), "i"),
  rule(
    `${BEFORE_WORD}([ap]\\.m\\.)`,
    fromTable(DOTTED, (_, context) => sentenceEndsAfter(context)),
    "i",
  ),
  rule(`${BEFORE_WORD}([ap]\\.m)(?=\\.)`, ([, half = ""]) => sayPhrase(`${half.toLowerCase()}.`), "i"),
  rule(String.raw`${DOTTED_LETTERS}\.`, dottedLetters, "i"),
  rule(DOTTED_LETTERS + WORD_END, ([, letters = ""]) => speech(spellLetters(letters)), "i"),
  rule(String.raw`${BEFORE_WORD}(\p{Lu})\.(?=\s?\p{Lu}[\p{L}.])`, initial),
  rule(String.raw`${BEFORE_WORD}St\.(?=\s+\p{Ll}|\s+\p{Lu}|,)`, (_, context) => saintOrStreet(context)),
  rule(String.raw`${BEFORE_WORD}No\.(?=\s?\d)|#(?=\d)`, () => sayPhrase("number"), "i"),
  rule(String.raw`${BEFORE_WORD}([a-z]{2,6})\.`, fromTable(TITLES, isNoTitle), "i"),
  rule(
    String.raw`${BEFORE_WORD}([a-z]{2,5})\.`,
    fromTable(TRAILING, (_, context) => sentenceEndsAfter(context)),
    "i",
  ),
  rule(String.raw`${BEFORE_WORD}([a-z]{2,5})(?=\.)`, fromTable(TRAILING, isPlainWord), "i"),
  rule(
    String.raw`'(?:tis|twas|em|cause|til|bout|round|n)(?=[\s.,!?;]|$)`,
    ([word]) => speech([lookUp(word.toLowerCase(), "")]),
    "i",
  ),
  rule(
    String.raw`(?=\p{L}*\d)(?=\d*[a-z])[a-z\d]{2,30}${WORD_END}`,
    ([word], context) => alphanumeric(word, context),
    "i",
  ),
  rule(String.raw`${WORD}(?:-${WORD}){1,7}${WORD_END}`, ([word], context) => hyphenated(word, context)),
  rule(String.raw`${WORD}(?:(?<=[sS])'(?=\s|$)|(?<=[iI][nN])'(?=[\s.,!?;]|$))?`, ([word], context) =>
    speech(wordSpoken(word, context)),
  ),
];
