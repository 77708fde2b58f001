const SPECIAL_LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "th",
  þ: "th",
  ı: "i",
  ƒ: "f",
};

/** Characters with no sound and no width that may stand inside a word: soft hyphen, joiners, byte order mark. */
const INVISIBLE = /\u00ad|[\u200b-\u200f]|\u2060|\ufe0e|\ufe0f|\ufeff/g;

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201a\u201b\u02bc\u2032\u0060\u00b4]/g, "'"],
  [/[\u201c-\u201f\u00ab\u00bb\u2033]/g, '"'],
  [/[\u2010\u2011]/g, "-"],
  [/\u2212/g, "-"],
  [/[^\P{Cc}\n]/gu, " "],
  [/[\u2028\u2029]/g, "\n"],
];

/** Fullwidth forms are ASCII characters at a fixed distance. */
const FULLWIDTH = /[\uff01-\uff5e]/g;
const FULLWIDTH_OFFSET = 0xff01 - 0x21;

/**
 * The text with one spelling for each kind of quote, hyphen, space and fullwidth character. Every character keeps its
 * place, so that ranges in the result are ranges in the original.
 */
export function cleanText(text: string): string {
  const ascii = text.replace(FULLWIDTH, (c) => String.fromCharCode(c.charCodeAt(0) - FULLWIDTH_OFFSET));
  return REPLACEMENTS.reduce((clean, [pattern, by]) => clean.replace(pattern, by), ascii);
}

/**
 * The plain letters of a word: accents and invisible characters gone, ligatures and styled alphabets as a-z, case kept.
 * Letters of other alphabets are dropped.
 */
export function foldLetters(word: string): string {
  if (/^[a-zA-Z']*$/.test(word)) return word;
  return word
    .replace(INVISIBLE, "")
    .normalize("NFKD")
    .replace(/[^a-zA-Z']/gu, (c) => foldSpecial(c));
}

function foldSpecial(letter: string): string {
  const folded = SPECIAL_LETTERS[letter.toLowerCase()] ?? "";
  return letter === letter.toLowerCase() ? folded : folded.toUpperCase();
}
