import { isVowel } from "./phones.ts";

type Phones = readonly string[];
type Lookup = (word: string) => Phones | undefined;

const HISSES = new Set(["S", "Z", "SH", "ZH", "CH", "JH"]);
const VOICELESS = new Set(["P", "T", "K", "F", "TH"]);

/** Phones with the plural or possessive ending: Z after voiced sounds, S after voiceless ones, a syllable after hisses. */
export function withS(base: Phones): Phones {
  const last = base.at(-1) ?? "";
  if (HISSES.has(last)) return [...base, "AH0", "Z"];
  return [...base, VOICELESS.has(last) ? "S" : "Z"];
}

/** D after voiced sounds, T after voiceless ones, a syllable after T and D. */
function withEd(base: Phones): Phones {
  const last = base.at(-1) ?? "";
  if (last === "T" || last === "D") return [...base, "AH0", "D"];
  return [...base, VOICELESS.has(last) || ["S", "SH", "CH"].includes(last) ? "T" : "D"];
}

function withLy(base: Phones): Phones {
  return base.at(-1) === "L" ? [...base, "IY0"] : [...base, "L", "IY0"];
}

/** First syllables that may stand before a whole word. */
const PREFIXES: readonly (readonly [string, Phones])[] = [
  ["un", ["AH0", "N"]],
  ["re", ["R", "IY0"]],
  ["non", ["N", "AA0", "N"]],
  ["over", ["OW1", "V", "ER0"]],
  ["under", ["AH1", "N", "D", "ER0"]],
];

interface Suffix {
  readonly ending: string;
  readonly apply: (base: Phones) => Phones;
  /** Spellings of the base that the ending may have changed. */
  readonly restore: (stem: string) => readonly string[];
}

const plain = (stem: string) => [stem];
const beforeVowel = (stem: string) => [
  stem,
  stem + "e",
  ...(/([b-df-hj-np-tv-z])\1$/.test(stem) ? [stem.slice(0, -1)] : []),
];
const beforeI = (stem: string) => (stem.endsWith("i") ? [stem.slice(0, -1) + "y"] : [stem]);
const adding =
  (...phones: string[]) =>
  (base: Phones) => [...base, ...phones];

const POSSESSIVES: readonly Suffix[] = [
  { ending: "'s", apply: withS, restore: plain },
  { ending: "s'", apply: withS, restore: (stem) => [stem, stem + "e"] },
  { ending: "'", apply: (base) => base, restore: plain },
  { ending: "'ll", apply: adding("AH0", "L"), restore: plain },
  { ending: "'ve", apply: adding("AH0", "V"), restore: plain },
  { ending: "'re", apply: adding("ER0"), restore: plain },
  { ending: "'d", apply: adding("AH0", "D"), restore: plain },
  { ending: "'em", apply: adding("AH0", "M"), restore: plain },
];

const SUFFIXES: readonly Suffix[] = [
  { ending: "in'", apply: adding("AH0", "N"), restore: beforeVowel },
  { ending: "ies", apply: withS, restore: (stem) => [stem + "y", stem + "ie"] },
  { ending: "es", apply: withS, restore: (stem) => (/(?:[sxzo]|[cs]h)$/.test(stem) ? [stem] : []) },
  { ending: "s", apply: withS, restore: (stem) => (stem.endsWith("s") ? [] : [stem]) },
  { ending: "ied", apply: withEd, restore: (stem) => [stem + "y"] },
  { ending: "ed", apply: withEd, restore: beforeVowel },
  { ending: "ing", apply: adding("IH0", "NG"), restore: beforeVowel },
  { ending: "ings", apply: adding("IH0", "NG", "Z"), restore: beforeVowel },
  { ending: "ers", apply: adding("ER0", "Z"), restore: beforeVowel },
  { ending: "er", apply: adding("ER0"), restore: (stem) => [...beforeVowel(stem), ...beforeI(stem)] },
  {
    ending: "est",
    apply: adding("AH0", "S", "T"),
    restore: (stem) => [...beforeVowel(stem), ...beforeI(stem)],
  },
  { ending: "ly", apply: withLy, restore: beforeI },
  { ending: "ness", apply: adding("N", "AH0", "S"), restore: beforeI },
  { ending: "less", apply: adding("L", "AH0", "S"), restore: beforeI },
  { ending: "ful", apply: adding("F", "AH0", "L"), restore: beforeI },
  { ending: "ish", apply: adding("IH0", "SH"), restore: beforeVowel },
  { ending: "able", apply: adding("AH0", "B", "AH0", "L"), restore: beforeVowel },
  { ending: "like", apply: adding("L", "AY2", "K"), restore: plain },
];

/** Endings only make words of bases this long, so that "bes" is not "be" and "s". */
const SHORTEST_BASE = 3;

function applySuffix(word: string, suffix: Suffix, shortest: number, lookup: Lookup): Phones | undefined {
  if (!word.endsWith(suffix.ending)) return undefined;
  for (const base of suffix.restore(word.slice(0, -suffix.ending.length))) {
    const said = base.length >= shortest ? lookup(base) : undefined;
    if (said !== undefined && said.length > 0) return suffix.apply(said);
  }
  return undefined;
}

function firstMatch(
  word: string,
  table: readonly Suffix[],
  shortest: number,
  lookup: Lookup,
): Phones | undefined {
  for (const suffix of table) {
    const said = applySuffix(word, suffix, shortest, lookup);
    if (said !== undefined) return said;
  }
  return undefined;
}

function prefixed(word: string, lookup: Lookup): Phones | undefined {
  for (const [prefix, phones] of PREFIXES) {
    const base = word.startsWith(prefix) ? word.slice(prefix.length) : "";
    const said = base.length > SHORTEST_BASE ? lookup(base) : undefined;
    if (said?.some(isVowel)) return [...phones, ...said];
  }
  return undefined;
}

/**
 * A word made of a base and an ending ("Whiterun's", "respawning", "orcs'"), said as the base's phones plus the ending's.
 * @param lookup how the base is said
 * @param only "possessive": just apostrophe endings, for bases that are themselves guesses
 */
export function inflectedPronunciation(
  word: string,
  lookup: Lookup,
  only?: "possessive",
): Phones | undefined {
  const possessive = firstMatch(word, POSSESSIVES, 1, lookup);
  if (possessive !== undefined || only === "possessive") return possessive;
  const suffixed = (base: string) => lookup(base) ?? firstMatch(base, SUFFIXES, SHORTEST_BASE, lookup);
  return firstMatch(word, POSSESSIVES, 1, suffixed) ?? suffixed(word) ?? prefixed(word, suffixed);
}
