import { describe, expect, it } from "vitest";
import { chooseDetail, DETAIL_POLICY, type DetailSituation } from "../../plugin/detail-policy.ts";
import type { SpeechDetail } from "../../plugin/voice-line.ts";
import { largestDifference } from "../onnx/tiny-weights.ts";
import { createStage } from "./stage.ts";

const TEXT = "The old bridge is out.";

function situation(change: Partial<DetailSituation>): DetailSituation {
  return {
    distance: 1,
    outOfHearing: false,
    isCached: false,
    hasBabble: () => true,
    live: () => 0,
    budgetShare: 1,
    least: undefined,
    ...change,
  };
}

const crowd = (full: number, babble: number) => (detail: SpeechDetail) =>
  detail === "full" ? full : detail === "babble" ? babble : 0;

describe("chooseDetail", () => {
  it.each<readonly [string, Partial<DetailSituation>, SpeechDetail]>([
    ["near", {}, "full"],
    ["far", { distance: 20 }, "babble"],
    ["farther", { distance: 100 }, "silent"],
    ["far, spoken before", { distance: 100, isCached: true }, "cached"],
    ["out of hearing", { outOfHearing: true }, "silent"],
    ["out of hearing, spoken before", { outOfHearing: true, isCached: true }, "silent"],
    ["near, in a crowd", { live: crowd(8, 0) }, "babble"],
    ["near, in a large crowd", { live: crowd(8, 16) }, "silent"],
    ["near, while the game is late", { live: crowd(2, 0), budgetShare: 0.25 }, "babble"],
    ["near, alone, while the game is late", { budgetShare: 0.05 }, "full"],
    ["far, with no babble yet", { distance: 20, hasBabble: () => false }, "silent"],
    ["near, in a crowd, wanted in full", { live: crowd(99, 99), least: "full" }, "full"],
    ["farther, wanted as babble at least", { distance: 100, least: "babble" }, "babble"],
  ])("%s", (_, change, detail) => {
    expect(chooseDetail(DETAIL_POLICY, situation(change))).toBe(detail);
  });
});

describe("a voice that is far away", () => {
  it("is silent but timed: events come, in the time expected, and the backend does nothing", async () => {
    const { voices, npc, output, over, backend, nowMs } = createStage();
    const eid = npc();
    output.distances.set(eid, 100);
    const words: string[] = [];
    const line = voices.speak(eid, TEXT, { onWord: ({ text }) => words.push(text) });
    const begun = nowMs();
    await over(line);
    expect(line).toMatchObject({ state: "finished", detail: "silent" });
    expect(words).toEqual(["The", "old", "bridge", "is", "out"]);
    expect(backend.requests).toEqual([]);
    expect(output.sinks).toEqual([]);
    expect(Math.abs(nowMs() - begun - line.expectedDurationMs)).toBeLessThan(100);
  });

  it("babbles with its own syllables, once they were made", async () => {
    const { voices, npc, output, over, frames, backend } = createStage();
    const eid = npc({ seed: 5 });
    output.distances.set(eid, 20);
    voices.prepare(eid);
    await frames(40);
    const made = backend.requests.length;
    expect(backend.requests.every(({ noise }) => noise.seedLo === 5)).toBe(true);
    const line = voices.speak(eid, TEXT);
    await over(line);
    expect(line).toMatchObject({ state: "finished", detail: "babble" });
    expect(backend.requests.length).toBe(made);
    const heard = output.sinks[0]?.heard() ?? [];
    expect(heard.some((sample) => Math.abs(sample) > 0.1)).toBe(true);
    expect(heard.length / 16).toBeCloseTo(line.expectedDurationMs, 5);
    expect(voices.stats.degraded).toBe(0);
  });

  it("asks for its babble at the first line that would need it", async () => {
    const { voices, npc, output, over, backend } = createStage();
    const eid = npc();
    output.distances.set(eid, 20);
    const [first, second] = [voices.speak(eid, TEXT), voices.speak(eid, TEXT)];
    await over(first, second);
    expect([first.detail, second.detail]).toEqual(["silent", "babble"]);
    expect(backend.requests.length).toBeGreaterThan(0);
  });

  it("counts as nearer when it matters", async () => {
    const { voices, npc, output, frames } = createStage();
    const [extra, hero] = [npc(), npc({ seed: 2, importance: 3 })];
    for (const eid of [extra, hero]) output.distances.set(eid, 100);
    const lines = [extra, hero].map((eid) => voices.speak(eid, TEXT));
    const shouted = voices.speak(npc(), TEXT, { priority: 3 });
    await frames(2);
    expect([...lines, shouted].map(({ detail }) => detail)).toEqual(["silent", "full", "full"]);
    expect(voices.stats).toMatchObject({ live: 3, degraded: 1 });
  });
});

describe("an output with all mouths taken", () => {
  it("lets the line pass silently, in time", async () => {
    const { voices, npc, output, over } = createStage();
    output.most = 1;
    const lines = [voices.speak(npc(), TEXT), voices.speak(npc(), TEXT)];
    await over(...lines);
    expect(lines.map(({ state, detail }) => [state, detail])).toEqual([
      ["finished", "full"],
      ["finished", "silent"],
    ]);
  });
});

describe("the line cache", () => {
  it("speaks the same line again without the backend, sample by sample, with its events", async () => {
    const { voices, npc, output, over, backend } = createStage();
    const eid = npc();
    const kinds: string[][] = [];
    const say = async (text: string, take = 0) => {
      const heard: string[] = [];
      kinds.push(heard);
      const line = voices.speak(eid, text, { take });
      line.onEvent.add(({ kind, sample }) => heard.push(`${kind} ${sample}`));
      await over(line);
      return line;
    };
    await say(TEXT);
    const requests = backend.requests.length;
    const again = await say(TEXT);
    expect(again.detail).toBe("cached");
    expect(backend.requests.length).toBe(requests);
    expect(kinds[1]).toEqual(kinds[0]);
    const [first, second] = output.sinks.map((sink) => sink.heard());
    expect(largestDifference(first ?? [], second ?? [])).toBe(0);
    expect((await say(TEXT, 1)).detail).toBe("full");
    expect((await say("The old bridge is in.")).detail).toBe("full");
    expect(voices.stats.cachedBytes).toBeGreaterThan(0);
  });

  it("knows voices and manners apart", async () => {
    const { voices, npc, over } = createStage();
    await over(voices.speak(npc({ seed: 1 }), TEXT));
    const others = [
      voices.speak(npc({ seed: 2 }), TEXT),
      voices.speak(npc({ seed: 1, speed: 1.5 }), TEXT),
      voices.speak(npc({ seed: 1 }), TEXT, { temperature: 0.9 }),
      voices.speak(npc({ seed: 1 }), TEXT, { lexicon: { bridge: "B OW1" } }),
      voices.speak(npc({ seed: 1 }), TEXT, { style: "whisper" }),
      voices.speak(npc({ seed: 1 }), TEXT, { style: "whisper", intensity: 0.5 }),
    ];
    const same = voices.speak(npc({ seed: 1 }), TEXT);
    await over(...others, same);
    expect(others.map(({ detail }) => detail)).toEqual(others.map(() => "full"));
    expect(same.detail).toBe("cached");
  });

  it("does not keep what was cut short", async () => {
    const { voices, npc, until, over } = createStage();
    const eid = npc();
    const line = voices.speak(eid, "A long story about a bridge and a mill and a river.");
    await until(() => line.state === "audible");
    line.cancel();
    const again = voices.speak(eid, line.text);
    await over(again);
    expect(again).toMatchObject({ state: "finished", detail: "full" });
  });

  it("that fails, lies or throws costs nothing but time", async () => {
    for (const get of [
      () => Promise.reject(new Error("storage refused")),
      () => undefined,
      () => {
        throw new Error("storage closed");
      },
    ]) {
      const put = () => Promise.reject(new Error("storage full"));
      const { voices, npc, over, errors } = createStage({
        cache: { has: () => true, get, put, forget: () => undefined },
      });
      const line = voices.speak(npc(), TEXT);
      await over(line);
      expect(line).toMatchObject({ state: "finished", detail: "full" });
      expect(errors.length).toBeGreaterThan(0);
    }
  });
});

describe("speed", () => {
  it("makes the line shorter and its events sooner", async () => {
    const { voices, npc, output, over } = createStage();
    const ends: number[] = [];
    for (const speed of [1, 2]) {
      const line = voices.speak(npc({ seed: 1, speed }), TEXT);
      line.onEvent.add(({ kind, sample }) => kind === "end" && ends.push(sample));
      await over(line);
    }
    expect(ends).toEqual(output.sinks.map((sink) => sink.heard().length));
    expect((ends[0] ?? 0) / (ends[1] ?? 1)).toBeCloseTo(2, 2);
  });
});
