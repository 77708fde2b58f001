import { describe, expect, it } from "vitest";
import { VoiceTextError } from "../../runtime/errors.ts";
import { phonemize, phonemizeLazily } from "../../runtime/text/phonemize.ts";
import { said, sentencesOf } from "./said.ts";

describe("phonemize", () => {
  it("puts out start, phones with word starts, breaks and the mark", () => {
    expect(said("Hello, traveler!")).toBe("<s> |HH AH0 L OW1 , |T R AE1 V AH0 L ER0 !");
  });

  it("tells where each word is in the symbols and in the text", () => {
    const text = "  It's $5, café-owner!";
    const [sentence] = sentencesOf(text);
    expect(sentence?.words.map((word) => word.text)).toEqual(["It's", "$5", "café-owner"]);
    for (const word of sentence?.words ?? []) {
      expect(text.slice(word.charStart, word.charEnd)).toBe(word.text);
    }
    const [, money] = sentence?.words ?? [];
    expect(sentence?.symbols.slice(money?.firstSymbol, money?.endSymbol).join(" ")).toBe(
      "|F AY1 V |D AA1 L ER0 Z",
    );
  });

  it("keeps the stretch of text each sentence came from", () => {
    const texts = sentencesOf('"Go!" Mr. Gray said. Now?').map((sentence) => sentence.text);
    expect(texts.join(" ")).toContain("Now?");
    expect(texts).toHaveLength(3);
  });

  it("says the same text the same way each time", () => {
    const text = "Nyarlathotep read 12 books, on 3/4/2024!";
    expect(phonemize(text)).toEqual(phonemize(text));
  });

  it.each([
    "",
    "   ",
    "\n\t",
    "😀🎉",
    "...",
    "?!",
    "*sighs*",
    "\u0000\u0007",
    "[pause 1s]",
    "Привет",
    "1\ufe0f\u20e3",
    "{}",
  ])("throws for %j, which has nothing to say", (text) => {
    expect(() => phonemize(text)).toThrow(VoiceTextError);
    expect(() => phonemize(text)).toThrow(/Allowed: /);
  });

  it.each(["\u0000hi", "hi \ud800", "{ hi", "hi }", "a", "5", "&", "x".repeat(5000), "9".repeat(500)])(
    "speaks %j",
    (text) => {
      expect(phonemize(text).length).toBeGreaterThan(0);
    },
  );
});

describe("inline phones", () => {
  it("are one word", () => {
    const [sentence] = sentencesOf("Go to {W AY1 T} now.");
    expect(sentence?.symbols.join(" ")).toBe("<s> |G OW1 |T AH1 |W AY1 T |N AW1 .");
    expect(sentence?.words.map((word) => word.text)).toEqual(["Go", "to", "{W AY1 T}", "now"]);
  });

  it("get stress on the first vowel where none is written", () => {
    expect(said("{ah l d uw ih n}")).toBe("<s> |AH1 L D UW0 IH0 N .");
  });

  it("throw for a phone that does not exist", () => {
    expect(() => phonemize("Go to {W XX T}.")).toThrow(VoiceTextError);
    expect(() => phonemize("Go to {W XX T}.")).toThrow(/"XX"/);
  });
});

describe("pauses", () => {
  it.each([
    ["300ms", 300],
    ["0.5s", 500],
    ["2 s", 2000],
    ["99s", 10_000],
  ])("of %s last %i ms", (written, durationMs) => {
    expect(phonemize(`Wait [pause ${written}] here.`)[1]).toEqual({ kind: "pause", durationMs });
  });

  it("split the sentence they stand in", () => {
    expect(phonemize("[pause 1s] Wait [pause 300ms] here?").map((segment) => segment.kind)).toEqual([
      "pause",
      "sentence",
      "pause",
      "sentence",
    ]);
    expect(said("Wait [pause 300ms] here?")).toBe("<s> |W EY1 T . / <s> |HH IH1 R ?");
  });

  it("with another text in the brackets are read", () => {
    expect(said("[unknown] thing")).toBe(said("unknown, thing"));
  });
});

describe("phonemizeLazily", () => {
  it("gives the first sentence of a long text without reading the rest", () => {
    const bad = "{NOT PHONES}";
    const lazily = phonemizeLazily(`First sentence. ${"More words follow here. ".repeat(4000)}${bad}`);
    expect(lazily.next().value).toMatchObject({ kind: "sentence", text: "First sentence." });
  });

  it("checks the lexicon before the first segment is asked for", () => {
    expect(() => phonemizeLazily("Hello.", { lexicon: { Bad: "Q" } })).toThrow(VoiceTextError);
  });

  it("cuts text that has no marks at all", () => {
    const first = phonemizeLazily("word ".repeat(20_000)).next().value;
    expect(first?.kind === "sentence" && first.words.length).toBe(18);
  });
});
