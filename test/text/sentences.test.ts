import { describe, expect, it } from "vitest";
import { said, sentencesOf } from "./said.ts";

describe("sentence ends", () => {
  it.each([
    ["Mr. Smith met Dr. Jones. They left.", 2],
    ["It costs 3.50 now. Pay.", 2],
    ["J. R. R. Tolkien wrote it.", 1],
    ["The U.S. Army came.", 1],
    ["He lives in the U.S. He likes it.", 2],
    ["Plan B. Then we go.", 2],
    ["It was I. Then he left.", 2],
    ["Bring rope, food, etc. Then come back.", 2],
    ["Wait... What?", 2],
    ["Well... I think so.", 1],
    ['"Stop!" he said.', 1],
    ["What?! Really!!!", 2],
    ["One\n\nTwo", 2],
    ["wrapped\nline", 1],
    ["no capitals. none here", 2],
    ["We met at 3 p.m. The end.", 2],
    ["Come at 3 p.m. today.", 1],
  ])("cuts %j into %i", (text, count) => {
    expect(sentencesOf(text)).toHaveLength(count);
  });

  it.each([
    ["Hello", "."],
    ["Hello?", "?"],
    ["Hello!!!", "!"],
    ["Hello?!", "?"],
    ["Hello...", "."],
    ['"Hello!"', "!"],
  ])("ends %j with %j", (text, mark) => {
    expect(sentencesOf(text)[0]?.symbols.at(-1)).toBe(mark);
  });
});

describe("phrase breaks", () => {
  it.each([
    "now, go",
    "now; go",
    "now: go",
    "now - go",
    "now—go",
    "now -- go",
    "now... go",
    "(now) go",
    "[now] go",
  ])("puts one break into %j", (text) => {
    expect(said(text)).toBe("<s> |N AW1 , |G OW1 .");
  });

  it("never starts, ends or repeats a break", () => {
    expect(said(", , now ,;- go , .")).toBe("<s> |N AW1 , |G OW1 .");
  });
});

describe("long sentences", () => {
  const longest = (text: string, maxWordsPerSentence?: number) =>
    Math.max(
      ...sentencesOf(text, maxWordsPerSentence === undefined ? {} : { maxWordsPerSentence }).map(
        ({ symbols }) => symbols.filter((symbol) => symbol.startsWith("|")).length,
      ),
    );

  it("have at most 18 words by default", () => {
    expect(longest("word ".repeat(100))).toBe(18);
  });

  it("are cut at a comma before a conjunction, and at a conjunction before anything else", () => {
    const cut = (text: string) =>
      sentencesOf(text, { maxWordsPerSentence: 6 }).map((sentence) => sentence.text);
    expect(cut("one two three four, five and six seven eight?")).toEqual([
      "one two three four",
      "five and six seven eight?",
    ]);
    expect(cut("one two three four and five six seven")).toEqual([
      "one two three four",
      "and five six seven",
    ]);
  });

  it("keep their own mark on the last piece and end the others with a full stop", () => {
    const marks = sentencesOf(`${"word ".repeat(40)}?`).map(({ symbols }) => symbols.at(-1));
    expect(marks).toEqual([".", ".", "?"]);
  });
});
