import { describe, expect, it } from "vitest";
import { VoiceTextError } from "../../runtime/errors.ts";
import { createLexicon } from "../../runtime/text/lexicon.ts";
import { said } from "./said.ts";

describe("user lexicon", () => {
  const lexicon = { Whiterun: "W AY1 T R AH0 N", Ng: "AH0 NG", NPC: "N IH1 P IH0 K", Æryn: "EH R IH N" };

  it.each([
    ["Whiterun", "<s> |W AY1 T R AH0 N ."],
    ["WHITERUN", "<s> |W AY1 T R AH0 N ."],
    ["Whiterun's", "<s> |W AY1 T R AH0 N Z ."],
    ["NPC", "<s> |N IH1 P IH0 K ."],
    ["Æryn", "<s> |EH1 R IH0 N ."],
  ])("says %j as the entry has it", (text, symbols) => {
    expect(said(text, { lexicon })).toBe(symbols);
  });

  it("takes the entry in the same case before one in another case", () => {
    const twice = { IT: "AY1 T IY1", it: "IH1 T" };
    expect(said("IT", { lexicon: twice })).toBe("<s> |AY1 T IY1 .");
    expect(said("it", { lexicon: twice })).toBe("<s> |IH1 T .");
  });

  it("names the word, the bad phone and the allowed phones", () => {
    expect(() => said("hello", { lexicon: { Bad: "B QQ D" } })).toThrow(VoiceTextError);
    expect(() => said("hello", { lexicon: { Bad: "B QQ D" } })).toThrow(/"Bad".*"QQ".*AA AE AH/);
    expect(() => said("hello", { lexicon: { Bad: "" } })).toThrow(/"Bad" has no phones/);
  });

  it("is not fooled by words that objects have as properties", () => {
    expect(said("constructor")).toContain("|K AH0 N S T R AH1 K T ER0");
    expect(said("__proto__ hasOwnProperty toString")).toMatch(/^<s> \|/);
  });
});

describe("words outside the dictionary", () => {
  const { pronounce } = createLexicon();

  it.each([
    ["orcs", "AO1 R K S"],
    ["mages", "M EY1 JH IH0 Z"],
    ["wyvern's", "W AY1 V ER0 N Z"],
    ["respawned", "R IY0 S P AO1 N D"],
    ["whiterun", "W AY1 T R AH2 N"],
    ["stormcloak", "S T AO1 R M K L OW2 K"],
    ["stormwind", "S T AO1 R M W IH2 N D"],
    ["drizzt", "D R IH1 Z T"],
    ["eldritch", "EH1 L D R IH0 CH"],
  ])("says %j", (word, phones) => {
    expect(pronounce(word).join(" ")).toBe(phones);
  });

  it.each([
    ["alduin", /^A[AEHLO]\d L D (UW|W|Y UW)/],
    ["khazad", /^K (AA|AE|AH)\d Z (AA|AE|AH)\d D$/],
    ["xyloth", /^Z (AY|IH)\d L (AA|AO|AH)\d TH$/],
    ["nyarlathotep", /^N .*L .*TH .*T .*P$/],
    ["aeryn", /^(EH|EY|IH|AE)\d R (IH|AH)\d N$/],
  ])("makes a sensible guess at %j", (word, pattern) => {
    expect(pronounce(word).join(" ")).toMatch(pattern);
  });
});
