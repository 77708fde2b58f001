import { hasComponent } from "bitecs";
import { describe, expect, it } from "vitest";
import { Queued, Speaking } from "../../plugin/components.ts";
import type { LineState, VoiceLine } from "../../plugin/voice-line.ts";
import { createStage } from "./stage.ts";

const TEXT = "The old bridge.";

/** A line in a state, and all that is round it. */
async function lineIn(state: LineState, signal?: AbortSignal) {
  const stage = createStage();
  const eid = stage.npc();
  const line = stage.voices.speak(eid, TEXT, signal ? { signal } : {});
  if (state !== "queued") await stage.until(() => line.state === state);
  return { ...stage, eid, line };
}

const WAYS: readonly (readonly [string, (line: VoiceLine, hush: () => void, abort: () => void) => void])[] = [
  ["cancel", (line) => line.cancel()],
  ["hush", (_, hush) => hush()],
  ["a signal", (_, __, abort) => abort()],
];

describe.each(WAYS)("a line ended by %s", (_, end) => {
  it.each(["queued", "computing", "audible"] as const)("while it is %s", async (state) => {
    const controller = new AbortController();
    const stage = await lineIn(state, controller.signal);
    const { line, voices, world, eid, backend, output } = stage;
    end(
      line,
      () => voices.hush(eid),
      () => controller.abort(),
    );
    expect(line.state).toBe("cancelled");
    expect(voices.lineOf(eid)).toBeUndefined();
    expect(hasComponent(world, eid, Speaking) || hasComponent(world, eid, Queued)).toBe(false);
    const { state: ended, heardMs } = await line.finished;
    expect(ended).toBe("cancelled");
    expect(heardMs > 0).toBe(state === "audible");
    expect(await line.whenAudible).toBe(state === "audible");
    await stage.frames(3);
    expect(backend.open.size).toBe(0);
    expect(output.sinks.every(({ released }) => released)).toBe(true);
    const next = voices.speak(eid, "Go!");
    await stage.over(next);
    expect(next.state).toBe("finished");
    expect(stage.errors).toEqual([]);
  });
});

describe("cancel", () => {
  it("changes nothing in a line that is over, however often", async () => {
    const { line, over } = await lineIn("audible");
    await over(line);
    line.cancel();
    line.cancel(100);
    expect(line.state).toBe("finished");
    expect((await line.finished).state).toBe("finished");
  });

  it("fades as it is told", async () => {
    const { line, output } = await lineIn("audible");
    line.cancel(80);
    expect(output.sinks[0]?.stoppedWithMs).toBe(80);
  });

  it("tells no event afterwards, whoever cancels", async () => {
    const { line, frames } = await lineIn("computing");
    const told: string[] = [];
    line.onEvent.add(({ kind }) => {
      told.push(kind);
      if (kind === "word") line.cancel();
    });
    await frames(60);
    expect(told.filter((kind) => kind === "word").length).toBe(1);
    expect(told.at(-1)).toBe("word");
    expect(line.state).toBe("cancelled");
  });

  it("of a signal aborted before leaves nothing behind", async () => {
    const { voices, npc, backend, frames } = createStage();
    const line = voices.speak(npc(), TEXT, { signal: AbortSignal.abort() });
    expect(line.state).toBe("cancelled");
    await frames(3);
    expect(backend.requests).toEqual([]);
  });
});
