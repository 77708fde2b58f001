import { addEntity, createWorld, removeEntity } from "bitecs";
import { describe, expect, it } from "vitest";
import { VoiceComponent } from "../../plugin/components.ts";
import { AdapterError, BackendError, VoiceTextError } from "../../runtime/errors.ts";
import { createFakeBackend } from "../speech/fake-backend.ts";
import { createStage, manifest, stageWith } from "./stage.ts";

type Stage = ReturnType<typeof createStage>;

/** Shows that the game loop is alive: another voice still speaks, and nothing was thrown. */
async function goesOn({ voices, npc, over, errors }: Pick<Stage, "voices" | "npc" | "over" | "errors">) {
  const line = voices.speak(npc(), "Go!");
  await over(line);
  expect(line.state).toBe("finished");
  expect(errors).toEqual([]);
}

describe("speak, with what it cannot speak", () => {
  it.each<
    readonly [string, (stage: Stage) => number, unknown, object, new (...args: never[]) => Error, RegExp]
  >([
    ["an entity without a voice", ({ world }) => addEntity(world), "Hello.", {}, RangeError, /addComponent/],
    ["an entity that never was", () => 4711, "Hello.", {}, RangeError, /4711/],
    [
      "a dead entity",
      ({ world, npc }) => {
        const eid = npc();
        removeEntity(world, eid);
        return eid;
      },
      "Hello.",
      {},
      RangeError,
      /living/,
    ],
    ["no text", ({ npc }) => npc(), "", {}, VoiceTextError, /empty/],
    ["blanks", ({ npc }) => npc(), " \n\t ", {}, VoiceTextError, /empty/],
    ["something else than text", ({ npc }) => npc(), undefined, {}, VoiceTextError, /undefined/],
    ["text without a word", ({ npc }) => npc(), "... !? --", {}, VoiceTextError, /nothing to say/],
    ["a phone that is none", ({ npc }) => npc(), "The {XX YY} bridge", {}, VoiceTextError, /XX/],
    ["a bad lexicon", ({ npc }) => npc(), "Hi", { lexicon: { Hi: "QQ" } }, VoiceTextError, /QQ/],
    ["a bad temperature", ({ npc }) => npc(), "Hi", { temperature: -1 }, RangeError, /temperature/],
    ["a bad take", ({ npc }) => npc(), "Hi", { take: 0.5 }, RangeError, /take/],
    ["a style not learned", ({ npc }) => npc(), "Hi", { style: "calm" }, RangeError, /style "calm"/],
    ["a bad intensity", ({ npc }) => npc(), "Hi", { style: "shout", intensity: 2 }, RangeError, /intensity/],
    ["a bad policy", ({ npc }) => npc(), "Hi", { policy: "shout" }, RangeError, /policy/],
    ["an unknown learned voice", ({ npc }) => npc({ adapter: "mine" }), "Hi", {}, AdapterError, /"mine"/],
  ])("%s: the line says why, and the game goes on", async (_, entity, text, options, Kind, message) => {
    const stage = createStage();
    const line = stage.voices.speak(entity(stage), text as string, options);
    await stage.over(line);
    expect(line.state).toBe("failed");
    expect(line.error).toBeInstanceOf(Kind);
    expect(line.error?.message).toMatch(message);
    expect(await line.finished).toMatchObject({ state: "failed", error: line.error });
    expect(await line.whenAudible).toBe(false);
    expect(line.expectedDurationMs).toBeGreaterThanOrEqual(0);
    await goesOn(stage);
  });

  it("values of the component out of range are brought into it", async () => {
    const stage = createStage();
    const eid = stage.npc();
    VoiceComponent.speed[eid] = 99;
    VoiceComponent.gain[eid] = Number.NaN;
    const line = stage.voices.speak(eid, "Go!");
    await stage.over(line);
    expect(line.state).toBe("finished");
    expect(stage.output.sinks[0]?.options.gain).toBe(1);
  });

  it("10,000 characters are spoken sentence by sentence, and can be cancelled in the middle", async () => {
    const stage = createStage();
    const text = "The river runs past the mill. ".repeat(334);
    const line = stage.voices.speak(stage.npc(), text);
    await stage.until(() => line.state === "audible");
    expect(stage.backend.requests.length).toBeLessThan(4);
    expect(line.expectedDurationMs).toBeGreaterThan(334 * 1500);
    await stage.frames(60);
    line.cancel();
    await stage.frames(3);
    expect(stage.backend.open.size).toBe(0);
    await goesOn(stage);
  });
});

describe("listeners and outputs that throw", () => {
  it("do not keep the line from its end, nor others from hearing", async () => {
    const { voices, npc, over, errors } = createStage();
    const line = voices.speak(npc(), "Go!", {
      onWord: () => {
        throw new Error("mine");
      },
    });
    const heard: string[] = [];
    line.onWord.add(({ text }) => heard.push(text));
    await over(line);
    expect(line.state).toBe("finished");
    expect(heard).toEqual(["Go"]);
    expect(errors).toEqual([new Error("mine")]);
  });

  it("fail the line, not the loop, when a sink cannot be written", async () => {
    const stage = createStage();
    const { output, voices, npc, over } = stage;
    const open = output.open.bind(output);
    output.open = (eid, options) => {
      const sink = open(eid, options);
      if (sink === undefined) return undefined;
      return Object.assign(sink, {
        write: () => {
          throw new Error("context closed");
        },
      });
    };
    const line = voices.speak(npc(), "Go!");
    await over(line);
    expect(line.error?.message).toBe("context closed");
    output.open = open;
    await goesOn(stage);
  });
});

describe("sound that is locked for a minute", () => {
  it("makes lines wait, without cost and without time, and lets them speak then", async () => {
    const stage = createStage();
    const { output, voices, npc, frames, over, backend, errors } = stage;
    output.running = false;
    const lines = Array.from({ length: 20 }, (_, index) => voices.speak(npc(), `Number ${index}.`));
    await frames(3750);
    expect(lines.every(({ state }) => state === "queued")).toBe(true);
    expect(backend.requests).toEqual([]);
    output.running = true;
    await over(...lines);
    expect(lines.every(({ state }) => state === "finished")).toBe(true);
    expect(errors).toEqual([]);
  });

  it("in the middle of a line holds it where it is, silent lines too", async () => {
    const { output, voices, npc, frames, until, over } = createStage();
    const far = npc();
    output.distances.set(far, 1000);
    const lines = [
      voices.speak(npc(), "A long story about a bridge."),
      voices.speak(far, "And another one."),
    ];
    await until(() => lines.every(({ state }) => state === "audible"));
    output.running = false;
    const before = lines.map(({ playedMs }) => playedMs);
    await frames(600);
    expect(lines.map(({ playedMs }) => playedMs)).toEqual(before);
    output.running = true;
    await over(...lines);
    expect(lines.map(({ state, detail }) => [state, detail])).toEqual([
      ["finished", "full"],
      ["finished", "silent"],
    ]);
  });
});

describe("a hidden tab", () => {
  it("lets lines go on from a timer that ticks once a second, with no frame drawn", async () => {
    const { output, voices, npc, errors } = createStage();
    const line = voices.speak(npc(), "A long story about an old bridge.");
    for (let second = 1; second < 60 && line.state !== "finished"; second++) {
      output.play(1000);
      voices.update(1000 + second * 1000, undefined);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    expect(line.state).toBe("finished");
    expect(errors).toEqual([]);
  });
});

describe("a backend that fails in the middle of a line", () => {
  it.each(["openSentence", "advance", "decode"] as const)(
    "at %s: the line fails, others are taken on",
    async (method) => {
      const real = createFakeBackend(manifest);
      const works = { ...real };
      const stage = stageWith(real, manifest, { world: createWorld() });
      const line = stage.voices.speak(stage.npc(), "A long story about a bridge. ".repeat(6));
      if (method !== "openSentence") await stage.until(() => line.state === "audible");
      Object.assign(real, { [method]: () => Promise.reject(new BackendError("out of memory")) });
      const next = stage.voices.speak(stage.npc(), method === "openSentence" ? "Go!" : "Go on!");
      await stage.over(line, next);
      expect(line.state).toBe("failed");
      expect(line.error).toBeInstanceOf(BackendError);
      Object.assign(real, works);
      await goesOn(stage);
    },
  );
});
