import { describe, expect, it } from "vitest";
import { textPieces } from "../../plugin/text-stream.ts";
import { VoiceTextError } from "../../runtime/errors.ts";
import { createStage, settle } from "./stage.ts";

async function piecesOf(parts: readonly unknown[]): Promise<readonly string[]> {
  const stream = (async function* () {
    for (const part of parts) yield part as string;
  })();
  let whole = "";
  const pieces: string[] = [];
  const grow = (soFar: string) => (whole = soFar);
  for await (const { text, charStart } of textPieces(stream, grow, new AbortController().signal)) {
    expect(whole.slice(charStart, charStart + text.length)).toBe(text);
    expect(charStart).toBe(pieces.join("").length);
    pieces.push(text);
  }
  return pieces;
}

/** A stream of text that the test feeds. */
function createFeed() {
  const waiting: string[] = [];
  let wake: () => void = () => undefined;
  let closed = false;
  const stream = (async function* () {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift() ?? "";
      if (closed) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  })();
  return {
    stream,
    push(...parts: string[]) {
      waiting.push(...parts);
      wake();
    },
    close() {
      closed = true;
      wake();
    },
  };
}

describe("textPieces", () => {
  it("gives each sentence when it is complete, however the stream is cut", async () => {
    const text = 'Hello there. "Who are you?" he said... Well! No.';
    const expected = ["Hello there. ", '"Who are you?" ', "he said... ", "Well! ", "No."];
    expect(await piecesOf([text])).toEqual(expected);
    expect(await piecesOf([...text])).toEqual(expected);
    expect(await piecesOf(text.split(/(?<= )/))).toEqual(expected);
  });

  it("does not end a sentence at a title, an initial or a number", async () => {
    expect(await piecesOf(["I met Mr. Brown and J. Smith at 3.5 miles. Then I left."])).toEqual([
      "I met Mr. Brown and J. Smith at 3.5 miles. ",
      "Then I left.",
    ]);
  });

  it("keeps marks without a word with what follows, and ends lines at line breaks", async () => {
    expect(await piecesOf(["... Well\nyes. !? ", "ok"])).toEqual(["... Well\n", "yes. ", "!? ok"]);
    expect(await piecesOf(["Yes. ", "... "])).toEqual(["Yes. "]);
  });

  it("cuts text that goes on without a mark", async () => {
    const pieces = await piecesOf(["and then we went on, ".repeat(60)]);
    expect(pieces.length).toBeGreaterThan(3);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(300);
    expect(
      Math.max(...(await piecesOf(["on and ".repeat(300)])).map(({ length }) => length)),
    ).toBeLessThanOrEqual(600);
  });

  it("gives the whole when there is nothing to say in it, so that the error names it", async () => {
    expect(await piecesOf(["... ", "!"])).toEqual(["... !"]);
    expect(await piecesOf([])).toEqual([""]);
  });

  it("refuses what is not text", async () => {
    await expect(piecesOf(["Hello. ", 42])).rejects.toThrow(/42/);
    await expect(piecesOf([null])).rejects.toThrow(VoiceTextError);
  });
});

describe("speak, given a stream of text", () => {
  it("speaks the first sentence before the second has come, and ends with the stream", async () => {
    const { voices, npc, until, over, frames } = createStage();
    const feed = createFeed();
    const words: string[] = [];
    const line = voices.speak(npc(), feed.stream, {
      onWord: ({ text, charStart, charEnd }) => {
        words.push(text);
        expect(line.text.slice(charStart, charEnd)).toBe(text);
      },
    });
    feed.push("Good ", "evening. ", "Mind");
    await until(() => line.state === "audible");
    await frames(200);
    expect(words).toEqual(["Good", "evening"]);
    expect(line.state).toBe("audible");
    feed.push(" the bridge. Go");
    await settle();
    feed.close();
    await over(line);
    expect(line.state).toBe("finished");
    expect(words).toEqual(["Good", "evening", "Mind", "the", "bridge", "Go"]);
    expect(line.text).toBe("Good evening. Mind the bridge. Go");
  });

  it("tells samples that go on from sentence to sentence", async () => {
    const { voices, npc, over, output } = createStage();
    const feed = createFeed();
    const line = voices.speak(npc(), feed.stream);
    const samples: number[] = [];
    line.onEvent.add(({ sample }) => samples.push(sample));
    feed.push("One. Two. Three.");
    feed.close();
    await over(line);
    expect(samples).toEqual(samples.toSorted((a, b) => a - b));
    expect(samples.at(-1)).toBe(output.sinks[0]?.heard().length);
  });

  it("fails after what was said when the stream fails", async () => {
    const { voices, npc, over, errors } = createStage();
    const stream = (async function* () {
      yield "Good evening. ";
      throw new Error("model overloaded");
    })();
    const line = voices.speak(npc(), stream);
    await over(line);
    expect(line.state).toBe("failed");
    expect(line.error).toBeInstanceOf(VoiceTextError);
    expect(line.error?.message).toMatch(/model overloaded/);
    expect(errors).toEqual([]);
  });

  it("fails when the stream has nothing to say", async () => {
    const { voices, npc, over } = createStage();
    const feed = createFeed();
    const line = voices.speak(npc(), feed.stream);
    feed.close();
    await over(line);
    expect(line.error).toBeInstanceOf(VoiceTextError);
  });

  it("leaves the stream when it is cancelled, also while nothing comes", async () => {
    const { voices, npc, until, frames, errors } = createStage();
    let left = false;
    const parts = ["Good evening. "];
    const stream = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          const value = parts.shift();
          return value === undefined
            ? new Promise<never>(() => undefined)
            : Promise.resolve({ done: false, value });
        },
        async return() {
          left = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const line = voices.speak(npc(), stream);
    await until(() => line.state === "audible");
    await frames(100);
    expect(left).toBe(false);
    line.cancel();
    await frames(2);
    expect(left).toBe(true);
    expect(errors).toEqual([]);
  });
});
