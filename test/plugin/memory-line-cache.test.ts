import { describe, expect, it } from "vitest";
import type { CachedLine } from "../../plugin/line-cache.ts";
import { createMemoryLineCache } from "../../plugin/memory-line-cache.ts";

/** A line of so many bytes. */
function line(bytes: number): CachedLine {
  return { samples: new Float32Array(bytes / 4), events: [] };
}

describe("a line cache in memory", () => {
  it("lets go of what was used longest ago when it is full", () => {
    const cache = createMemoryLineCache(1000);
    for (const key of ["a", "b"]) void cache.put(key, line(400));
    expect(cache.get("a")).toBeDefined();
    void cache.put("c", line(400));
    expect(["a", "b", "c"].map((key) => cache.has(key))).toEqual([true, false, true]);
    expect(cache.bytes).toBe(800);
  });

  it("counts a line that is put again once", () => {
    const cache = createMemoryLineCache(1000);
    void cache.put("a", line(400));
    void cache.put("a", line(800));
    expect(cache.bytes).toBe(800);
    expect(cache.get("b")).toBeUndefined();
  });

  it("does not keep a line larger than itself, and counts events", () => {
    const cache = createMemoryLineCache(1000);
    void cache.put("large", line(1004));
    expect(cache.has("large")).toBe(false);
    expect(cache.bytes).toBe(0);
    void cache.put("a", {
      samples: new Float32Array(1),
      events: [{ kind: "end", sample: 1, timeSeconds: 0 }],
    });
    expect(cache.bytes).toBeGreaterThan(4);
  });

  it("forgets the lines whose keys have a part", () => {
    const cache = createMemoryLineCache(1000);
    for (const key of ["line:ada.1", "babble:ada.2", "line:ben.1"]) void cache.put(key, line(100));
    void cache.forget("ada.");
    expect(["line:ada.1", "babble:ada.2", "line:ben.1"].map((key) => cache.has(key))).toEqual([
      false,
      false,
      true,
    ]);
    expect(cache.bytes).toBe(100);
  });
});
