import { describe, expect, it } from "vitest";
import { symbolInventory } from "../../runtime/text/phones.ts";
import { visemeOf } from "../../runtime/text/visemes.ts";

describe("visemeOf", () => {
  it.each([
    ["P B M", "PP"],
    ["F V", "FF"],
    ["TH DH", "TH"],
    ["T D", "DD"],
    ["K G NG HH", "kk"],
    ["CH SH JH ZH", "CH"],
    ["S Z", "SS"],
    ["N L", "nn"],
    ["R ER0", "RR"],
    ["AA1 AE2 AH0 AY1 AW1", "aa"],
    ["EH1 EY1", "E"],
    ["IH1 IY0 Y", "I"],
    ["AO1 OW1 OY1", "O"],
    ["UH1 UW1 W", "U"],
    ["<s> , . ? !", "sil"],
  ])("shapes the mouth for %s as %s", (symbols, viseme) => {
    for (const symbol of symbols.split(" ")) expect(visemeOf(symbol)).toBe(viseme);
  });

  it("ignores the word-start mark and opens the mouth for every phone", () => {
    expect(visemeOf("|M")).toBe("PP");
    for (const symbol of symbolInventory) {
      expect(visemeOf(symbol) === "sil", symbol).toBe(!/[A-Z]/.test(symbol));
    }
  });
});
