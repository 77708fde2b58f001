import {
  cardinalWords,
  decimalWords,
  digitWords,
  fractionWords,
  ordinalWords,
  yearWords,
} from "./number-words.ts";
import { NUMBER, numberRule, type RuleContext, type TokenRule, WORD_END } from "./token-rule.ts";

type Groups = readonly (string | undefined)[];

const MONTHS = `january february march april may june july august september october november december`.split(
  " ",
);

/** Words after which four digits are a year even where they could be a count. */
const BEFORE_YEAR =
  /^(?:in|since|year|until|till|circa|during|anno|ad|bc|spring|summer|autumn|fall|winter)$/i;

/** A plural noun after four digits makes them a count ("1500 soldiers"). */
const COUNTED_NOUN =
  /\s+(?:(?!is\b|was\b|has\b|as\b|its\b|this\b|his\b|does\b)[a-z]+s|gold|men|people|hp|xp|mp|damage|gil|silver|or)\b/iy;

const SHORT_FRACTIONS: Readonly<Record<string, readonly [number, number]>> = {
  "½": [1, 2],
  "¼": [1, 4],
  "¾": [3, 4],
  "⅓": [1, 3],
  "⅔": [2, 3],
  "⅛": [1, 8],
};

function isCounted(context: RuleContext): boolean {
  COUNTED_NOUN.lastIndex = context.end;
  return !BEFORE_YEAR.test(context.before) && COUNTED_NOUN.test(context.text);
}

/** 1100-1999 and 2000-2099 are years unless something is counted; 1000-1099 only after words like "in". */
function looksLikeYear(digits: string, context: RuleContext): boolean {
  if (!/^(?:1\d|20)\d\d$/.test(digits)) return false;
  return digits.startsWith("10") ? BEFORE_YEAR.test(context.before) : !isCounted(context);
}

function plainNumber([number = ""]: Groups, context: RuleContext): string[] {
  if (looksLikeYear(number, context)) return yearWords(number);
  const isDay = /^\d\d?$/.test(number) && Number(number) <= 31;
  const isMonth = /^[A-Z]/.test(context.before) && MONTHS.includes(context.before.toLowerCase());
  const [, monthAfter = ""] =
    /^\s+([A-Z][a-z]+)/.exec(context.text.slice(context.end, context.end + 12)) ?? [];
  const nearMonth = isMonth || MONTHS.includes(monthAfter.toLowerCase());
  if (isDay && nearMonth && Number(number) > 0) return ordinalWords(number);
  return /^\d{10,}$/.test(number) ? digitWords(number) : decimalWords(number);
}

function dateWords(year: string, month: number, day: number): string[] {
  const name = MONTHS[month - 1];
  if (name === undefined || day < 1 || day > 31) return [];
  return [name, ...ordinalWords(String(day)), ...(year.length === 4 ? yearWords(year) : cardinalWords(year))];
}

function slashDate([first = "", second = "", year = ""]: Groups): string[] {
  const [a, b] = [Number(first), Number(second)];
  return a > 12 ? dateWords(year, b, a) : dateWords(year, a, b);
}

function hourWords(hour: string, minute: string, halfOfDay: string | undefined): string[] {
  const named = cardinalWords(String(Number(hour)));
  const half = halfOfDay === undefined ? [] : [`${halfOfDay.toLowerCase()}.m.`];
  if (Number(minute) > 0) {
    const minutes = cardinalWords(String(Number(minute)));
    return [...named, ...(Number(minute) < 10 ? ["oh"] : []), ...minutes, ...half];
  }
  if (half.length > 0) return [...named, ...half];
  return [...named, Number(hour) > 12 || Number(hour) === 0 ? "hundred" : "o'clock"];
}

function clockTime([hour = "", minute = "", second, half]: Groups): string[] {
  if (Number(hour) > 24) return [];
  const seconds = second === undefined ? [] : ["and", ...cardinalWords(String(Number(second))), "seconds"];
  return [...hourWords(hour, minute, half), ...seconds];
}

function ratio([left = "", right = ""]: Groups): string[] {
  if (left === "24" && right === "7") return ["twenty", "four", "seven"];
  const fraction = Number(left) < 10 ? fractionWords(Number(left), Number(right)) : undefined;
  if (fraction !== undefined) return fraction;
  const between = Number(left) <= Number(right) ? ["out", "of"] : ["slash"];
  return [...cardinalWords(left), ...between, ...cardinalWords(right)];
}

function mixedFraction(whole: string | undefined, numerator: number, denominator: number): string[] {
  const part = fractionWords(numerator, denominator) ?? [];
  if (whole === undefined || part.length === 0) return part;
  return [...cardinalWords(whole), "and", ...(part[0] === "one" ? ["a", ...part.slice(1)] : part)];
}

function dice([count = "", sides = ""]: Groups): string[] {
  return [...(count === "" ? [] : cardinalWords(count)), "dee", ...cardinalWords(sides)];
}

const HALF_OF_DAY = String.raw`([aApP])(?:[mM]|\.[mM](?:\.(?!\s*$|\s+\p{Lu}))?)${WORD_END}`;

/** Dates, times, telephone numbers, fractions and plain numbers, most particular first. */
export const numberRules: readonly TokenRule[] = [
  numberRule(String.raw`(\d{4})-(\d\d)-(\d\d)(?!\d)`, ([year = "", month, day]) =>
    dateWords(year, Number(month), Number(day)),
  ),
  numberRule(String.raw`(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?!\d)`, slashDate),
  numberRule(String.raw`(\d{1,2}):([0-5]\d)(?::([0-5]\d))?(?:\s?${HALF_OF_DAY}|(?!\d))`, clockTime),
  numberRule(String.raw`(\d{1,2})\s?${HALF_OF_DAY}`, ([hour = "", half]) =>
    Number(hour) > 12 ? [] : hourWords(hour, "00", half),
  ),
  numberRule(
    String.raw`(\(\d{3}\)\s?\d{3}[-. ]\d{4}|(?:\d{1,2}[-. ])?\d{3}[-. ]\d{3}[-. ]\d{4}|\d{3}-\d{4})(?!\d)`,
    ([digits = ""]) => digitWords(digits),
  ),
  numberRule(String.raw`(\d{1,18})(?:st|nd|rd|th)${WORD_END}`, ([digits = ""]) => ordinalWords(digits), "i"),
  numberRule(String.raw`(?:(\d{1,18})\s)?(\d{1,2})/(\d{1,2})(?![\d/])`, ([whole, top, bottom]) =>
    whole === undefined ? [] : mixedFraction(whole, Number(top), Number(bottom)),
  ),
  numberRule(String.raw`(\d{1,6})\s?/\s?(\d{1,6})(?![\d/])`, ratio),
  numberRule(String.raw`(\d{1,18})?([½¼¾⅓⅔⅛])`, ([whole, sign = ""]) => {
    const [top, bottom] = SHORT_FRACTIONS[sign] ?? [0, 1];
    return mixedFraction(whole, top, bottom);
  }),
  numberRule(String.raw`(\d{0,4})d(\d{1,4})${WORD_END}`, dice, "i"),
  numberRule(String.raw`(\d{1,6}(?:\.\d{1,6}){2,8})(?!\d)`, ([version = ""]) =>
    version.split(".").flatMap((part, i) => [...(i > 0 ? ["point"] : []), ...cardinalWords(part)]),
  ),
  numberRule(String.raw`(\.\d{1,18})(?!\d)`, ([number = ""]) => decimalWords(number)),
  numberRule(`(${NUMBER})${WORD_END}`, plainNumber),
  numberRule(String.raw`(\d{1,12})`, ([digits = ""]) => digitWords(digits)),
];

/** Digits glued to letters ("R2D2", "3D", "lvl5"): short numbers by value, long ones digit by digit. */
export function gluedDigits(digits: string): string[] {
  return digits.length <= 3 ? cardinalWords(digits) : digitWords(digits);
}
