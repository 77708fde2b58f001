import { expect, it } from "vitest";
import { READ_ALOUD } from "../../plugin/cloning/read-aloud.ts";
import { phonemize } from "../../runtime/text/phonemize.ts";
import { CONSONANTS, VOWELS } from "../../runtime/text/phones.ts";

/** The phones of a sentence, without stress and word marks. */
function phonesOf(text: string): string[] {
  const segments = phonemize(text);
  expect(segments, `"${text}" is one sentence`).toHaveLength(1);
  const [segment] = segments;
  const symbols = segment?.kind === "sentence" ? segment.symbols : [];
  return symbols
    .map((symbol) => symbol.replace(/^\||[012]$/gu, ""))
    .filter((symbol) => /^[A-Z]/u.test(symbol));
}

it("the sentences have every phone of English together, and each has most of them", () => {
  const all = new Set(READ_ALOUD.flatMap(phonesOf));
  expect([...VOWELS, ...CONSONANTS].filter((phone) => !all.has(phone))).toEqual([]);
  for (const text of READ_ALOUD) expect(new Set(phonesOf(text)).size).toBeGreaterThan(20);
});

it("each takes 5 to 10 s to read, at 9 phones a second", () => {
  const seconds = READ_ALOUD.map((text) => phonesOf(text).length / 9);
  expect(Math.min(...seconds)).toBeGreaterThan(5);
  expect(Math.max(...seconds)).toBeLessThan(10);
});
