import { dictionary } from "cmu-pronouncing-dictionary";
import { describe, expect, it } from "vitest";
import { letterToSound } from "../../runtime/text/letter-to-sound.ts";

const HELD_OUT_MODULUS = 20;
const SAMPLE = 500;

/** The hash by which the training recipe leaves words out. */
function fnv1a(word: string): number {
  let hash = 2166136261;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 16777619) >>> 0;
  return hash;
}

/** Every eleventh of the words the model has never seen, from the whole alphabet. */
function heldOutWords(): string[] {
  const heldOut = Object.keys(dictionary).filter(
    (word) => /^[a-z]{2,}$/.test(word) && fnv1a(word) % HELD_OUT_MODULUS === 0,
  );
  return heldOut.filter((_, index) => index % 11 === 0).slice(0, SAMPLE);
}

function editDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, x] of a.entries()) {
    const next = [i + 1];
    for (const [j, y] of b.entries()) {
      const swapped = (row[j] ?? 0) + (x === y ? 0 : 1);
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, swapped));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const bare = (phones: readonly string[]) => phones.map((phone) => phone.replace(/\d/, ""));

describe("letterToSound", () => {
  it("makes few phone errors on held-out words", () => {
    const words = heldOutWords();
    let errors = 0;
    let bareErrors = 0;
    let length = 0;
    for (const word of words) {
      const right = dictionary[word]?.split(" ") ?? [];
      const guess = letterToSound(word);
      errors += editDistance(guess, right);
      bareErrors += editDistance(bare(guess), bare(right));
      length += right.length;
    }
    expect(words.length).toBe(SAMPLE);
    expect(bareErrors / length).toBeLessThan(0.105);
    expect(errors / length).toBeLessThan(0.135);
  });

  it("gives a word one primary stress", () => {
    const primaries = letterToSound("nyarlathotep").filter((phone) => phone.endsWith("1"));
    expect(primaries).toHaveLength(1);
  });

  it("says nothing for nothing", () => {
    expect(letterToSound("")).toEqual([]);
  });
});
