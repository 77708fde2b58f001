import { describe, expect, it } from "vitest";
import { inferManner } from "../../runtime/text/infer-manner.ts";
import { sentencesOf } from "./said.ts";

/** "words of a sentence" -> style it is marked with, in order. */
function marked(text: string): string[] {
  return sentencesOf(text).map(
    ({ words, style }) => `${words.map((word) => word.text).join(" ")} = ${style ?? "none"}`,
  );
}

function inferred(text: string): string {
  const [sentence] = sentencesOf(text);
  return (sentence && inferManner(sentence)?.style) ?? "none";
}

describe("style tags", () => {
  it.each([
    ["<whisper>Come here.</whisper> Now.", ["Come here = whisper", "Now = none"]],
    ["<SHOUT>Stop!</Shout>Go.", ["Stop = shout", "Go = none"]],
    [
      "He said <whisper>be quiet</whisper> and left.",
      ["He said = none", "be quiet = whisper", "and left = none"],
    ],
    [
      "<calm>Easy. <shout>Run!</shout> Easy.</calm> Bye.",
      ["Easy = calm", "Run = shout", "Easy = calm", "Bye = none"],
    ],
    ["<weary>No end. None", ["No end = weary", "None = weary"]],
    ["</whisper>Hello.", ["Hello = none"]],
    ["<weary><calm>One.</weary> Two.", ["One = calm", "Two = none"]],
    ["<excited>Yes</excited>!", ["Yes = excited"]],
    ["<b>Plain.</b> <whisperer>Words.", ["Plain = none", "Words = none"]],
  ])("in %j", (text, expected) => {
    expect(marked(text)).toEqual(expected);
  });

  it("leave the mark to the sentence they close", () => {
    expect(sentencesOf("<shout>Stop</shout>!")[0]?.symbols.at(-1)).toBe("!");
    expect(sentencesOf("<whisper>Who</whisper>? Me.").map(({ symbols }) => symbols.at(-1))).toEqual([
      "?",
      ".",
    ]);
  });

  it("add no sentence where nothing is said in the style", () => {
    expect(marked("We <whisper></whisper>go on.")).toEqual(["We go on = none"]);
  });

  it("keep the places of words in the text", () => {
    const text = "Now <whisper>be quiet</whisper>.";
    for (const { words } of sentencesOf(text)) {
      for (const word of words) expect(text.slice(word.charStart, word.charEnd)).toBe(word.text);
    }
  });
});

describe("stage directions", () => {
  it.each([
    ["*whispers* Come here. Now.", ["Come here = whisper", "Now = whisper"]],
    ["*shouting at the guard* Stop! *sighs* Fine.", ["Stop = shout", "Fine = weary"]],
    ["*says softly* Sleep.", ["Sleep = calm"]],
    ["*nods* Yes.", ["Yes = none"]],
    ["*whispers* One. *nods* Two.", ["One = whisper", "Two = whisper"]],
    ["*whispers* One. <shout>Two.</shout> Three.", ["One = whisper", "Two = shout", "Three = whisper"]],
    ["I *really* mean it.", ["I really mean it = none"]],
  ])("in %j", (text, expected) => {
    expect(marked(text)).toEqual(expected);
  });
});

describe("spelling", () => {
  it.each([
    ["GET OUT OF HERE.", "shout"],
    ["STOP!", "shout"],
    ["I AM THE KING!", "shout"],
    ["The FBI is here.", "none"],
    ["FBI.", "none"],
    ["A B C.", "none"],
    ["I said STOP it.", "none"],
    ["Halt!", "excited"],
    ["You are a fool and I will never forgive you!", "none"],
    ["Psst, over here!", "whisper"],
    ["Hooray, we are saved.", "excited"],
    ["Ugh, not again.", "weary"],
    ["Well... I think so.", "weary"],
    ["I do not know…", "weary"],
    ["Relax, all is well.", "calm"],
    ["Good morning, traveler.", "none"],
    ["Who goes there?", "none"],
    ["1984 was 40 years ago.", "none"],
  ])("of %j is %s", (text, style) => {
    expect(inferred(text)).toBe(style);
  });

  it("is weaker where it says less", () => {
    const intensityOf = (text: string) => inferManner(sentencesOf(text)[0]!)?.intensity ?? 0;
    expect(intensityOf("RUN AWAY!")).toBeGreaterThan(intensityOf("Run away!"));
    expect(intensityOf("Run away!")).toBeGreaterThan(0);
  });
});
