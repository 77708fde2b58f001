import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CachedLine } from "../../plugin/line-cache.ts";
import { createMemoryLineCache } from "../../plugin/memory-line-cache.ts";
import { createLayeredLineCache } from "../../plugin/storage/layered-line-cache.ts";
import { openLineStore } from "../../plugin/storage/line-store.ts";
import { createWeightsCache } from "../../plugin/storage/weights-cache.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { noise } from "../speech/signals.ts";

/** A line of some samples; on disk it has two bytes a sample and less than 100 beside. */
function lineOf(samples: number): CachedLine {
  return {
    samples: noise(samples),
    events: [{ kind: "end", sample: samples, timeSeconds: samples / 16_000 }],
  };
}

async function emptyDisk(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
}

beforeEach(emptyDisk);
afterEach(emptyDisk);

describe("line store", () => {
  it("keeps lines from one visit to the next, under any key", async () => {
    const first = await openLineStore({ model: "tiny" });
    const key = "../voice: 42 | Grüß dich? *.";
    await first.put(key, lineOf(1000));
    const second = await openLineStore({ model: "tiny" });
    expect(second.has(key)).toBe(true);
    expect(second.has("other")).toBe(false);
    expect((await second.get(key))?.events).toEqual(lineOf(1000).events);
    expect(second.bytes).toBe(first.bytes);
    expect(second.bytes).toBeGreaterThan(2000);
  });

  it("stays under its cap and forgets the lines that were not used for longest", async () => {
    const store = await openLineStore({ model: "tiny", maxBytes: 7000 });
    for (const key of ["a", "b", "c"]) await store.put(key, lineOf(1000));
    await store.get("a");
    await store.put("d", lineOf(1000));
    expect(["a", "b", "c", "d"].filter((key) => store.has(key))).toEqual(["a", "c", "d"]);
    expect(store.bytes).toBeLessThanOrEqual(7000);
    await store.put("large", lineOf(10_000));
    expect(store.has("large")).toBe(false);
    await store.put("a", lineOf(500));
    expect((await store.get("a"))?.samples.length).toBe(500);
    await store.clear();
    expect(store.bytes).toBe(0);
    expect((await openLineStore({ model: "tiny" })).bytes).toBe(0);
  });

  it("forgets the lines whose keys have a part, now and for later visits", async () => {
    const store = await openLineStore({ model: "tiny" });
    for (const key of ["line:ada.1", "babble:ada.2", "line:ben.1"]) await store.put(key, lineOf(100));
    await store.forget("ada.");
    for (const each of [store, await openLineStore({ model: "tiny" })]) {
      expect(["line:ada.1", "babble:ada.2", "line:ben.1"].map((key) => each.has(key))).toEqual([
        false,
        false,
        true,
      ]);
    }
  });

  it("deletes lines of other weights, and gives nothing for a damaged file", async () => {
    const old = await openLineStore({ model: "old" });
    await old.put("a", lineOf(100));
    const store = await openLineStore({ model: "new" });
    expect(store.has("a")).toBe(false);
    expect(await old.get("a")).toBeUndefined();
    await store.put("b", lineOf(100));
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle("kalliope-lines")).getDirectoryHandle("new");
    const writable = await (await folder.getFileHandle("b.line")).createWritable();
    await writable.write(new Uint8Array(50));
    await writable.close();
    expect(await store.get("b")).toBeUndefined();
    expect(store.has("b")).toBe(false);
  });

  it("goes on without storing when the disk is full or refused", async () => {
    const problems: unknown[] = [];
    const onProblem = (error: unknown) => problems.push(error);
    const refused = await openLineStore({
      model: "tiny",
      onProblem,
      root: () => Promise.reject(new DOMException("no", "SecurityError")),
    });
    await refused.put("a", lineOf(100));
    expect([refused.has("a"), await refused.get("a"), refused.bytes]).toEqual([false, undefined, 0]);
    expect(problems.length).toBe(1);
    const full = await openLineStore({ model: "tiny", onProblem, root: fullDisk });
    for (const key of ["a", "b"]) await full.put(key, lineOf(100));
    expect([full.has("a"), await full.get("a"), full.bytes]).toEqual([false, undefined, 0]);
    expect(problems.length).toBe(2);
  });

  it("is the slow layer under a cache in memory", async () => {
    const store = await openLineStore({ model: "tiny" });
    await store.put("old", lineOf(100));
    const memory = createMemoryLineCache(10_000);
    const cache = createLayeredLineCache(memory, store);
    expect(cache.has("old")).toBe(true);
    expect((await cache.get("old"))?.samples.length).toBe(100);
    expect(memory.has("old")).toBe(true);
    await cache.put("new", lineOf(50));
    expect([memory.has("new"), store.has("new"), cache.has("none")]).toEqual([true, true, false]);
    expect(await cache.get("none")).toBeUndefined();
  });
});

/** A disk on which every file fails to be closed. */
async function fullDisk(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  const withFullFiles = (folder: FileSystemDirectoryHandle): FileSystemDirectoryHandle =>
    new Proxy(folder, {
      get(target, property) {
        if (property === "getDirectoryHandle") {
          return async (name: string) =>
            withFullFiles(await target.getDirectoryHandle(name, { create: true }));
        }
        if (property === "getFileHandle") return async () => ({ createWritable: async () => fullFile });
        const value: unknown = Reflect.get(target, property);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return withFullFiles(root);
}

const fullFile = {
  write: async () => undefined,
  close: () => Promise.reject(new DOMException("full", "QuotaExceededError")),
  abort: async () => undefined,
};

describe("weights cache of the browser", () => {
  it("keeps files in the Cache API, lists and deletes them", async () => {
    const cache = createWeightsCache();
    await cache.delete();
    const files = ["decoder.safetensors"];
    const progress: boolean[] = [];
    const load = () => {
      const onProgress = ({ downloading }: { downloading: boolean }) => progress.push(downloading);
      return loadWeights(cache.reader("/test/fixtures/tiny", { files, onProgress }), files);
    };
    await load();
    expect(progress.at(-1)).toBe(true);
    progress.length = 0;
    await load();
    expect(progress).toEqual([false]);
    const [folder] = await cache.list();
    expect(folder).toMatchObject({ url: new URL("/test/fixtures/tiny/", location.href).href, files: 2 });
    expect(folder!.bytes).toBeGreaterThan(84_000);
    await cache.delete("/test/fixtures/tiny/");
    expect(await cache.list()).toEqual([]);
  });
});
