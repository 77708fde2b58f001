import { describe, expect, it } from "vitest";
import { sentencesOf } from "./said.ts";

/** Where the word stands in the sentence decides how it is said. */
const READINGS: readonly (readonly [word: string, sentence: string, phones: string])[] = [
  ["read", "Read it to me.", "R IY1 D"],
  ["read", "I have read it.", "R EH1 D"],
  ["read", "She read it.", "R EH1 D"],
  ["lead", "I will lead you.", "L IY1 D"],
  ["lead", "A lead pipe.", "L EH1 D"],
  ["live", "They live here.", "L IH1 V"],
  ["live", "A live show.", "L AY1 V"],
  ["lives", "He lives here.", "L IH1 V Z"],
  ["lives", "It saved our lives.", "L AY1 V Z"],
  ["wind", "The wind is cold.", "W IH1 N D"],
  ["wind", "You must wind the clock.", "W AY1 N D"],
  ["tear", "I will tear it.", "T EH1 R"],
  ["tear", "A single tear.", "T IH1 R"],
  ["bow", "Take my bow and arrow.", "B OW1"],
  ["bow", "You must bow to him.", "B AW1"],
  ["close", "Close the gate!", "K L OW1 Z"],
  ["close", "We are close to it.", "K L OW1 S"],
  ["use", "You can use it.", "Y UW1 Z"],
  ["use", "It is of no use.", "Y UW1 S"],
  ["record", "I will record it.", "R AH0 K AO1 R D"],
  ["record", "A new record.", "R EH1 K ER0 D"],
  ["present", "I present my son.", "P R IY0 Z EH1 N T"],
  ["present", "A present for you.", "P R EH1 Z AH0 N T"],
  ["object", "A strange object.", "AA1 B JH EH0 K T"],
  ["object", "I object to that.", "AH0 B JH EH1 K T"],
  ["content", "I am content.", "K AH0 N T EH1 N T"],
  ["content", "The content is good.", "K AA1 N T EH0 N T"],
  ["minute", "Wait a minute.", "M IH1 N AH0 T"],
  ["minute", "In minute detail.", "M AY0 N UW1 T"],
  ["wound", "A deep wound.", "W UW1 N D"],
  ["wound", "He wound up here.", "W AW1 N D"],
  ["does", "She does.", "D AH1 Z"],
  ["row", "Row the boat.", "R OW1"],
  ["sow", "A fat sow.", "S AW1"],
  ["desert", "The hot desert.", "D EH1 Z ER0 T"],
  ["desert", "I will never desert you.", "D IH0 Z ER1 T"],
  ["refuse", "I refuse.", "R AH0 F Y UW1 Z"],
  ["separate", "You must separate them.", "S EH1 P ER0 EY2 T"],
  ["separate", "A separate room.", "S EH1 P R AH0 T"],
  ["estimate", "A good estimate.", "EH1 S T AH0 M AH0 T"],
  ["estimate", "I estimate ten.", "EH1 S T AH0 M EY2 T"],
  ["the", "In the apple.", "DH IY0"],
  ["the", "In the hour.", "DH IY0"],
  ["the", "In the unicorn.", "DH AH0"],
  ["the", "In the castle.", "DH AH0"],
  ["a", "Such a day.", "AH0"],
];

describe("homographs", () => {
  it.each(READINGS)("says %j in %j as %j", (word, sentence, phones) => {
    const [segment] = sentencesOf(sentence);
    const found = segment?.words.find(({ text }) => text.toLowerCase() === word);
    expect(segment?.symbols.slice(found?.firstSymbol, found?.endSymbol).join(" ")).toBe(`|${phones}`);
  });
});
