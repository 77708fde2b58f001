const SMALL =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
   eighteen nineteen`.split(/\s+/);
const TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const GROUPS = ["", "thousand", "million", "billion", "trillion", "quadrillion"];
const MOST_DIGITS = GROUPS.length * 3;

const IRREGULAR_ORDINALS: Readonly<Record<string, string>> = {
  one: "first",
  two: "second",
  three: "third",
  five: "fifth",
  eight: "eighth",
  nine: "ninth",
  twelve: "twelfth",
};

function belowHundred(value: number): string[] {
  if (value < 20) return [SMALL[value] ?? ""];
  const ten = TENS[Math.floor(value / 10)] ?? "";
  return value % 10 === 0 ? [ten] : [ten, SMALL[value % 10] ?? ""];
}

function belowThousand(value: number): string[] {
  const hundreds = Math.floor(value / 100);
  const rest = value % 100;
  const head = hundreds > 0 ? [SMALL[hundreds] ?? "", "hundred"] : [];
  return rest > 0 || hundreds === 0 ? [...head, ...belowHundred(rest)] : head;
}

/** Each digit by itself: "007" -> zero zero seven. Other characters are skipped. */
export function digitWords(digits: string): string[] {
  return [...digits].filter((c) => /\d/.test(c)).map((digit) => SMALL[Number(digit)] ?? "");
}

/** A whole number of decimal digits; one too long to have a name, or with a leading zero, digit by digit. */
export function cardinalWords(digits: string): string[] {
  if (digits.length > MOST_DIGITS || /^0\d/.test(digits)) return digitWords(digits);
  const groups = digits.padStart(MOST_DIGITS, "0").match(/\d{3}/g) ?? [];
  const words = groups.flatMap((group, index) => {
    const name = GROUPS[GROUPS.length - 1 - index] ?? "";
    if (Number(group) === 0) return [];
    return name === "" ? belowThousand(Number(group)) : [...belowThousand(Number(group)), name];
  });
  return words.length > 0 ? words : ["zero"];
}

/** The word for a place in a row made from a counting word: "two" -> "second", "twenty" -> "twentieth". */
function ordinalOf(word: string): string {
  return IRREGULAR_ORDINALS[word] ?? (word.endsWith("y") ? `${word.slice(0, -1)}ieth` : `${word}th`);
}

/** A place in a row: "22" -> twenty second. */
export function ordinalWords(digits: string): string[] {
  const words = cardinalWords(digits.replace(/^0+(?=\d)/, ""));
  return [...words.slice(0, -1), ordinalOf(words.at(-1) ?? "")];
}

/** A four-digit year: "1984" -> nineteen eighty four, "1905" -> nineteen oh five, "2005" -> two thousand five. */
export function yearWords(digits: string): string[] {
  const century = Number(digits.slice(0, 2));
  const year = Number(digits.slice(2));
  if (century % 10 === 0 && year < 10) return cardinalWords(String(Number(digits)));
  if (year === 0) return [...belowHundred(century), "hundred"];
  return [...belowHundred(century), ...(year < 10 ? ["oh"] : []), ...belowHundred(year)];
}

/** Digits with an optional decimal part: "3.14" -> three point one four. Commas between thousands are skipped. */
export function decimalWords(number: string): string[] {
  const [whole = "", fraction] = number.replaceAll(",", "").split(".");
  const head = whole === "" ? [] : cardinalWords(whole);
  return fraction === undefined ? head : [...head, "point", ...digitWords(fraction)];
}

/** The last word in its plural: "sixty" -> "sixties", "hundred" -> "hundreds". */
export function pluralWords(words: readonly string[]): string[] {
  const last = words.at(-1) ?? "";
  const plural = last.endsWith("y")
    ? `${last.slice(0, -1)}ies`
    : last.endsWith("x")
      ? `${last}es`
      : `${last}s`;
  return [...words.slice(0, -1), plural];
}

/** A fraction below one with a denominator that has a name of its own, such as 3/4; undefined for all others. */
export function fractionWords(numerator: number, denominator: number): string[] | undefined {
  if (numerator < 1 || numerator >= denominator || denominator > 20) return undefined;
  const part =
    denominator === 2 ? ["half"] : denominator === 4 ? ["quarter"] : ordinalWords(String(denominator));
  return [...cardinalWords(String(numerator)), ...(numerator > 1 ? pluralWords(part) : part)];
}

const ROMAN_VALUES: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
const ROMAN = /^M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/;

/** The value of a well-formed Roman numeral in capitals; undefined for anything else. */
export function romanValue(text: string): number | undefined {
  if (text === "" || !ROMAN.test(text)) return undefined;
  const values = [...text].map((letter) => ROMAN_VALUES[letter] ?? 0);
  return values.reduce((sum, value, i) => sum + (value < (values[i + 1] ?? 0) ? -value : value), 0);
}
