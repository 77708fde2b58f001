import { cardinalWords, decimalWords, pluralWords, yearWords } from "./number-words.ts";
import { NUMBER, numberRule, type RuleContext, type TokenRule, WORD_END } from "./token-rule.ts";

interface Currency {
  readonly one: string;
  readonly many: string;
  readonly cent: string;
  readonly cents: string;
}

const DOLLAR: Currency = { one: "dollar", many: "dollars", cent: "cent", cents: "cents" };
const CURRENCIES: Readonly<Record<string, Currency>> = {
  $: DOLLAR,
  "£": { one: "pound", many: "pounds", cent: "penny", cents: "pence" },
  "€": { one: "euro", many: "euros", cent: "cent", cents: "cents" },
  "¥": { one: "yen", many: "yen", cent: "sen", cents: "sen" },
};

const SCALES: Readonly<Record<string, string>> = {
  k: "thousand",
  m: "million",
  mn: "million",
  b: "billion",
  bn: "billion",
};

/** Symbol, words for one, words for more. */
const UNITS: readonly (readonly [string, string, string])[] = [
  ["km/h", "kilometer per hour", "kilometers per hour"],
  ["kph", "kilometer per hour", "kilometers per hour"],
  ["mph", "mile per hour", "miles per hour"],
  ["m/s", "meter per second", "meters per second"],
  ["m²", "square meter", "square meters"],
  ["kg", "kilogram", "kilograms"],
  ["mg", "milligram", "milligrams"],
  ["lbs", "pound", "pounds"],
  ["lb", "pound", "pounds"],
  ["oz", "ounce", "ounces"],
  ["km", "kilometer", "kilometers"],
  ["cm", "centimeter", "centimeters"],
  ["mm", "millimeter", "millimeters"],
  ["ft", "foot", "feet"],
  ["yd", "yard", "yards"],
  ["mi", "mile", "miles"],
  ["ml", "milliliter", "milliliters"],
  ["ms", "millisecond", "milliseconds"],
  ["sec", "second", "seconds"],
  ["min", "minute", "minutes"],
  ["mins", "minute", "minutes"],
  ["hrs", "hour", "hours"],
  ["hr", "hour", "hours"],
  ["kHz", "kilohertz", "kilohertz"],
  ["MHz", "megahertz", "megahertz"],
  ["GHz", "gigahertz", "gigahertz"],
  ["Hz", "hertz", "hertz"],
  ["KB", "kilobyte", "kilobytes"],
  ["MB", "megabyte", "megabytes"],
  ["GB", "gigabyte", "gigabytes"],
  ["TB", "terabyte", "terabytes"],
  ["kW", "kilowatt", "kilowatts"],
  ["°C", "degree celsius", "degrees celsius"],
  ["°F", "degree fahrenheit", "degrees fahrenheit"],
  ["°", "degree", "degrees"],
  ["%", "percent", "percent"],
];

/** Units of one letter, which must stand right after the number ("5m", but not "5 m"). */
const GLUED_UNITS: readonly (readonly [string, string, string])[] = [
  ["m", "meter", "meters"],
  ["g", "gram", "grams"],
  ["l", "liter", "liters"],
  ["s", "second", "seconds"],
  ["h", "hour", "hours"],
  ["x", "times", "times"],
  ["×", "times", "times"],
  ["k", "thousand", "thousand"],
  ["K", "thousand", "thousand"],
];

function unitRule(units: typeof UNITS, gap: string): TokenRule {
  const byLength = [...units].sort((a, b) => b[0].length - a[0].length);
  const names = new Map(units.map(([symbol, one, many]) => [symbol, { one, many }]));
  return numberRule(
    `(${NUMBER})${gap}(${byLength.map(([symbol]) => symbol).join("|")})${WORD_END}(?:\\.(?=\\s+\\p{Ll}))?`,
    ([number = "", symbol = ""]) => {
      const unit = names.get(symbol);
      if (unit === undefined) return [];
      return [...decimalWords(number), ...(number === "1" ? unit.one : unit.many).split(" ")];
    },
  );
}

function moneyWords(number: string, currency: Currency, scale: string | undefined): string[] {
  if (scale !== undefined) {
    return [...decimalWords(number), SCALES[scale.toLowerCase()] ?? scale.toLowerCase(), currency.many];
  }
  const [whole = "", cents] = number.split(".");
  if (cents?.length !== 2) return [...decimalWords(number), number === "1" ? currency.one : currency.many];
  const big = [...decimalWords(whole), whole === "1" ? currency.one : currency.many];
  if (cents === "00") return big;
  const small = [...decimalWords(String(Number(cents))), cents === "01" ? currency.cent : currency.cents];
  return whole === "0" ? small : [...big, "and", ...small];
}

/** "1900s" and "the 80s"; without a word such as "the", two or three digits and s are seconds. */
function decade([digits = ""]: readonly (string | undefined)[], context: RuleContext): string[] {
  if (digits.length === 4) return pluralWords(yearWords(digits));
  const isAge = /^(?:the|early|mid|late|his|her|their|my|your|our)$/i.test(context.before);
  return isAge || context.text[context.end - digits.length - 2] === "'"
    ? pluralWords(cardinalWords(digits))
    : [];
}

const SCALE = String.raw`(?:\s?(k|mn?|bn?|thousand|million|billion|trillion)${WORD_END})?`;

/** Money, numbers with units, decades, percentages and heights in feet and inches. */
export const measureRules: readonly TokenRule[] = [
  numberRule(
    String.raw`([$£€¥])\s?(${NUMBER})${SCALE}`,
    ([sign = "$", number = "", scale]) => moneyWords(number, CURRENCIES[sign] ?? DOLLAR, scale),
    "i",
  ),
  numberRule(String.raw`(${NUMBER})\s?([$£€¥])(?![\d])`, ([number = "", sign = "$"]) =>
    moneyWords(number, CURRENCIES[sign] ?? DOLLAR, undefined),
  ),
  numberRule(String.raw`(\d{1,2})'\s?(\d{1,2})"`, ([feet = "", inches = ""]) => [
    ...decimalWords(feet),
    "foot",
    ...decimalWords(inches),
  ]),
  numberRule(String.raw`'?(\d{1,3}0)'?s${WORD_END}`, decade),
  unitRule(UNITS, String.raw`\s?`),
  unitRule(GLUED_UNITS, ""),
];
