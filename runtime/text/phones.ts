/** The fifteen ARPAbet vowels, without their stress digit. */
export const VOWELS: ReadonlySet<string> = new Set("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split(" "));

/** The twenty-four ARPAbet consonants. */
export const CONSONANTS: ReadonlySet<string> = new Set(
  "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split(" "),
);

/** The silence every sentence starts with. */
export const START_SYMBOL = "<s>";

/** The silence inside a sentence. */
export const BREAK_SYMBOL = ",";

/** The mark a sentence ends with. */
export type FinalMark = "." | "?" | "!";

/** Put before a phone that starts a word. */
export const WORD_START = "|";

/** Whether the phone is a vowel, with or without its stress digit. */
export function isVowel(phone: string): boolean {
  return VOWELS.has(phone.replace(/[012]$/, ""));
}

function allPhones(): string[] {
  return [...[...VOWELS].flatMap((vowel) => ["0", "1", "2"].map((stress) => vowel + stress)), ...CONSONANTS];
}

/** All phones: every vowel with stress 0, 1 and 2, and every consonant. */
export const phones: readonly string[] = allPhones();

/** Every symbol `phonemize` can put out: silences, final marks, phones, and phones that start a word. */
export const symbolInventory: ReadonlySet<string> = new Set([
  START_SYMBOL,
  BREAK_SYMBOL,
  ".",
  "?",
  "!",
  ...phones,
  ...phones.map((phone) => WORD_START + phone),
]);
