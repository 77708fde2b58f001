import { describe, expect, it } from "vitest";
import { VoiceComponent } from "../../plugin/components.ts";
import { createMemoryLineCache } from "../../plugin/memory-line-cache.ts";
import type { LearnedVoice } from "../../plugin/voices.ts";
import { createStage, manifest } from "./stage.ts";

const TEXT = "The old bridge is out.";

/** A learned voice whose speaker latent is made of one number. */
function voiceOf(value: number): LearnedVoice {
  return { latent: new Float32Array(manifest.speaker.dim).fill(value) };
}

describe("learned voices", () => {
  it("can be spoken with as soon as they are set, each its own, beside voices of seeds", async () => {
    const { voices, npc, over, backend } = createStage();
    voices.learned.set("Ada", voiceOf(0.5));
    voices.learned.set("Ben", voiceOf(-0.5));
    const learned = ["Ada", "Ben"].map((adapter) => npc({ seed: 1, adapter }));
    const seeded = [1, 2, 3, 4, 5, 6].map((seed) => npc({ seed }));
    const lines = [...learned, ...seeded].map((eid) => voices.speak(eid, TEXT, { detail: "full" }));
    await over(...lines);
    expect(lines.map(({ state }) => state)).toEqual(lines.map(() => "finished"));
    const speakers = backend.requests.map(({ conditioning }) =>
      [...conditioning.subarray(0, manifest.speaker.dim)].join(),
    );
    expect(new Set(speakers).size).toBe(8);
    expect(speakers.slice(0, 2)).toEqual([0.5, -0.5].map((value) => [...voiceOf(value).latent!].join()));
    expect(voices.learned.names).toEqual(["Ada", "Ben"]);
  });

  it("are taken over from the options, whose map stays as it is", () => {
    const adapters = new Map([["Ada", voiceOf(0.5)]]);
    const { voices } = createStage({ adapters });
    voices.learned.set("Ben", voiceOf(0));
    expect(voices.learned.names).toEqual(["Ada", "Ben"]);
    expect([...adapters.keys()]).toEqual(["Ada"]);
    expect(() => voices.learned.set("", voiceOf(0))).toThrow(RangeError);
  });

  it("leave nothing behind when they are deleted: lines end, sounds and cached lines are gone", async () => {
    const cache = createMemoryLineCache(2 ** 24);
    const { voices, npc, over, until, frames, errors } = createStage({ cache });
    voices.learned.set("Ada", voiceOf(0.5));
    const [ada, seeded] = [npc({ seed: 1, adapter: "Ada" }), npc({ seed: 1 })];
    await over(...[ada, seeded].map((eid) => voices.speak(eid, TEXT, { detail: "full" })));
    voices.prepare(ada);
    await frames(60);
    const kept = cache.bytes ?? 0;
    const [speaking, waiting] = [voices.speak(ada, "One more thing."), voices.speak(ada, TEXT)];
    await until(() => speaking.state === "audible");
    await voices.learned.delete("Ada");
    expect([speaking.state, waiting.state]).toEqual(["cancelled", "cancelled"]);
    expect(voices.learned.get("Ada")).toBeUndefined();
    await frames(60);
    expect(cache.bytes).toBeGreaterThan(0);
    expect(cache.bytes).toBeLessThan(kept / 2);

    const refused = voices.speak(ada, TEXT);
    await over(refused);
    expect(refused.error?.name).toBe("AdapterError");
    const again = voices.speak(seeded, TEXT);
    await over(again);
    expect(again.detail).toBe("cached");
    voices.learned.set("Ada", voiceOf(0.5));
    const anew = voices.speak(ada, TEXT);
    await over(anew);
    expect(anew.detail).toBe("full");
    expect(errors).toEqual([]);
  });

  it("do not put a line into the cache that was still being spoken by an entity which changed its voice", async () => {
    const cache = createMemoryLineCache(2 ** 24);
    const { voices, npc, over, until } = createStage({ cache });
    voices.learned.set("Ada", voiceOf(0.5));
    const eid = npc({ seed: 1, adapter: "Ada" });
    const line = voices.speak(eid, TEXT, { detail: "full" });
    await until(() => line.state === "audible");
    VoiceComponent.adapter[eid] = "";
    await voices.learned.delete("Ada");
    await over(line);
    expect(line.state).toBe("finished");
    expect(cache.bytes).toBe(0);
  });

  it("under a name that was another's are not taken for it", async () => {
    const { voices, npc, over, backend } = createStage();
    const eid = npc({ seed: 1, adapter: "Ada" });
    for (const value of [0.5, -0.5]) {
      voices.learned.set("Ada", voiceOf(value));
      const line = voices.speak(eid, TEXT, { detail: "full" });
      await over(line);
      expect(line.detail).toBe("full");
      expect(backend.requests.at(-1)?.conditioning[0]).toBe(value);
    }
  });

  it("take their entities along when they are renamed", async () => {
    const { voices, npc, over } = createStage();
    voices.learned.set("Ada", voiceOf(0.5));
    voices.learned.set("Ben", voiceOf(0));
    const eid = npc({ seed: 1, adapter: "Ada" });
    await voices.learned.rename("Ada", "Countess");
    expect(VoiceComponent.adapter[eid]).toBe("Countess");
    expect(voices.learned.names).toEqual(["Ben", "Countess"]);
    const line = voices.speak(eid, TEXT);
    await over(line);
    expect(line.state).toBe("finished");
    await expect(voices.learned.rename("Ada", "Eve")).rejects.toThrow(/no learned voice "Ada"/);
    await expect(voices.learned.rename("Ben", "Countess")).rejects.toThrow(/"Countess" is taken/);
    await expect(voices.learned.rename("Ben", "")).rejects.toThrow(RangeError);
  });
});
