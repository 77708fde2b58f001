import { describe, expect, it } from "vitest";
import { VoiceTextError } from "../../runtime/errors.ts";
import { type SentenceSegment, phonemize, type TextSegment } from "../../runtime/text/phonemize.ts";
import { symbolInventory } from "../../runtime/text/phones.ts";

const ROUNDS = 300;
const TIME_LIMIT_MS = 60_000;

/** Numbers from 0 up to 1 that depend on the seed alone. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SNIPPETS =
  `the|NPC|Dr.|St.|etc.|e.g.|U.S.|$3.50|3:30 pm|12/25/2024|1,234|-5|2d6|*sighs*|**bold**|{W AY1 T}|{|}|[pause 300ms]|[|]|
   ...|—|-|!|?|?!|.|,|"|'|’s|😀|é|Nooooo|https://a.b/c|a@b.co|&|#|@|%|+|=|VIII|1984|1900s|½|xzqt|I|A|W-w-what|\u0000|\n|\n\n| | |
   \ud83d|\u200b|ﬁ|日本|Привет|𝐇𝐢|5'10"|3-5|#####|1️⃣|<b>|x < y|r2d2|'tis|dogs'`
    .split("|")
    .map((snippet) => snippet.replace(/^\n {3}/, ""));

function randomText(random: () => number): string {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const length = 1 + Math.floor(random() * 40);
  return Array.from({ length }, () => {
    const choice = random();
    if (choice < 0.6) return (pick(SNIPPETS) ?? "") + (random() < 0.6 ? " " : "");
    if (choice < 0.8) return String.fromCharCode(32 + Math.floor(random() * 95));
    return String.fromCodePoint(Math.floor(random() * 0x11000));
  }).join("");
}

function phonemizeOrThrowKnown(text: string): TextSegment[] {
  try {
    return phonemize(text);
  } catch (error) {
    if (error instanceof VoiceTextError) return [];
    throw new Error(`phonemize(${JSON.stringify(text)}) threw ${String(error)}`, { cause: error });
  }
}

function checkSentence(text: string, { symbols, words }: SentenceSegment): void {
  const inner = symbols.slice(1, -1);
  expect(symbols[0]).toBe("<s>");
  expect([".", "?", "!"]).toContain(symbols.at(-1));
  expect(inner.filter((symbol) => symbol !== ",").length).toBeGreaterThan(0);
  expect(inner.some((symbol) => [".", "?", "!", "<s>"].includes(symbol))).toBe(false);
  expect(symbols.filter((symbol) => !symbolInventory.has(symbol))).toEqual([]);
  let lastSymbol = 1;
  let lastChar = 0;
  for (const word of words) {
    expect(word.firstSymbol).toBeGreaterThanOrEqual(lastSymbol);
    expect(word.endSymbol).toBeGreaterThan(word.firstSymbol);
    expect(symbols[word.firstSymbol]).toMatch(/^\|/);
    expect(word.charStart).toBeGreaterThanOrEqual(lastChar);
    expect(word.charEnd).toBeGreaterThan(word.charStart);
    expect(text.slice(word.charStart, word.charEnd)).toBe(word.text);
    [lastSymbol, lastChar] = [word.endSymbol, word.charEnd];
  }
  expect(lastSymbol).toBeLessThanOrEqual(symbols.length - 1);
}

describe("phonemize on random text", () => {
  it(
    "throws nothing but VoiceTextError and keeps its promises about symbols and ranges",
    () => {
      const random = createRandom(20_260_101);
      let spoken = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const text = randomText(random);
        for (const segment of phonemizeOrThrowKnown(text)) {
          if (segment.kind === "sentence") checkSentence(text, segment);
          spoken++;
        }
      }
      expect(spoken).toBeGreaterThan(ROUNDS / 2);
    },
    TIME_LIMIT_MS,
  );

  it.each(["a", "9", ".", "*", "{", "-", "A.", "1/", "'", "a-", "w.", "$", "(", "\n", "#", "aab"])(
    "takes no more than linear time for %j repeated",
    (piece) => {
      expect(() => phonemizeOrThrowKnown(piece.repeat(20_000 / piece.length))).not.toThrow();
    },
  );
});
