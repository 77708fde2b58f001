import { readFile } from "node:fs/promises";
import { describe, expect, it, vi } from "vitest";
import { createWeightsCache, type WeightsProgress } from "../../../plugin/storage/weights-cache.ts";
import { WeightsError } from "../../../runtime/errors.ts";
import { loadWeights } from "../../../runtime/weights.ts";
import { createMemoryCacheStorage } from "./memory-cache-storage.ts";

const URL_OF_TINY = "https://game.example/weights/tiny/";
const FILES = ["decoder.safetensors", "language-model.safetensors"] as const;

/** A server with the tiny weights; `change` alters what it sends. */
function serve(
  change: (name: string, bytes: Uint8Array<ArrayBuffer>) => Response | undefined = () => undefined,
) {
  return vi.fn(async (url: string | URL | Request) => {
    const name = new URL(String(url)).pathname.split("/").at(-1)!;
    const bytes = new Uint8Array(await readFile(`test/fixtures/tiny/${name}`));
    return change(name, bytes) ?? new Response(bytes);
  });
}

const offline = async () => {
  throw new TypeError("Failed to fetch");
};

describe("weights cache", () => {
  it("loads over the network once, then from the cache, with progress in bytes", async () => {
    const { storage } = createMemoryCacheStorage();
    const server = serve();
    const cache = createWeightsCache({ storage, fetch: server });
    const load = async () => {
      const seen: WeightsProgress[] = [];
      const read = cache.reader(URL_OF_TINY, { files: FILES, onProgress: (progress) => seen.push(progress) });
      const { manifest } = await loadWeights(read, FILES);
      const totalBytes = FILES.reduce((sum, name) => sum + manifest.files[name]!.bytes, 0);
      return { last: seen.at(-1), totalBytes, loaded: seen.map(({ loadedBytes }) => loadedBytes) };
    };
    const first = await load();
    expect(first.last).toEqual({
      loadedBytes: first.totalBytes,
      totalBytes: first.totalBytes,
      downloading: true,
    });
    expect(first.loaded).toEqual(first.loaded.toSorted((a, b) => a - b));
    expect(server).toHaveBeenCalledTimes(3);
    const second = await load();
    expect(second.last).toEqual({
      loadedBytes: first.totalBytes,
      totalBytes: first.totalBytes,
      downloading: false,
    });
    expect(server).toHaveBeenCalledTimes(4); // the manifest again, to see whether there is a new version
  });

  it("speaks offline what it has, and says what is missing", async () => {
    const { storage } = createMemoryCacheStorage();
    const online = createWeightsCache({ storage, fetch: serve() });
    await loadWeights(online.reader(URL_OF_TINY, { files: FILES }), FILES);
    const away = createWeightsCache({ storage, fetch: offline });
    const weights = await loadWeights(away.reader(URL_OF_TINY, { files: FILES }), FILES);
    expect(weights.manifest.name).toBe("tiny");
    await expect(weights.read("encoder.safetensors")).rejects.toBeInstanceOf(WeightsError);
    await away.delete();
    const failed = loadWeights(away.reader(URL_OF_TINY, { files: FILES }), FILES);
    await expect(failed).rejects.toThrow(/manifest\.json could not be loaded \(Failed to fetch\)/);
    await expect(failed).rejects.toBeInstanceOf(WeightsError);
  });

  it("refuses a folder that is not there", async () => {
    const notFound = async () => new Response("no", { status: 404 });
    const { storage } = createMemoryCacheStorage();
    const cache = createWeightsCache({ storage, fetch: notFound });
    const failed = loadWeights(cache.reader(URL_OF_TINY, { files: FILES }), FILES);
    await expect(failed).rejects.toThrow("the server answered 404");
    await expect(failed).rejects.toBeInstanceOf(WeightsError);
  });

  it("refuses a page that a server sends instead of a missing file", async () => {
    const page = async () => new Response("<!doctype html>");
    const { storage } = createMemoryCacheStorage();
    const read = createWeightsCache({ storage, fetch: page }).reader(URL_OF_TINY, { files: FILES });
    await expect(loadWeights(read, FILES)).rejects.toThrow(/manifest\.json is not JSON/);
  });

  it.each([
    ["truncated", (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, -100)],
    ["damaged", (bytes: Uint8Array<ArrayBuffer>) => bytes.with(50, 255 - bytes[50]!)],
  ] as const)("refuses a %s file, keeps none of it, and loads it anew the next time", async (_, change) => {
    const { storage, entries } = createMemoryCacheStorage();
    const bad = serve((name, bytes) => (name === FILES[0] ? new Response(change(bytes)) : undefined));
    const read = createWeightsCache({ storage, fetch: bad }).reader(URL_OF_TINY, { files: FILES });
    await expect(loadWeights(read, FILES)).rejects.toBeInstanceOf(WeightsError);
    expect([...entries.keys()].some((key) => key.includes(FILES[0]))).toBe(false);
    const good = createWeightsCache({ storage, fetch: serve() });
    await expect(loadWeights(good.reader(URL_OF_TINY, { files: FILES }), FILES)).resolves.toBeDefined();
  });

  it("does not trust a cached file that is damaged", async () => {
    const { storage, entries } = createMemoryCacheStorage();
    const cache = createWeightsCache({ storage, fetch: serve() });
    await loadWeights(cache.reader(URL_OF_TINY, { files: FILES }), FILES);
    for (const { bytes } of entries.values()) bytes[60] = 255 - bytes[60]!;
    await expect(loadWeights(cache.reader(URL_OF_TINY, { files: FILES }), FILES)).resolves.toBeDefined();
  });

  it("lists folders and deletes them", async () => {
    const { storage } = createMemoryCacheStorage();
    const cache = createWeightsCache({ storage, fetch: serve() });
    const other = "https://game.example/other/";
    await loadWeights(cache.reader(URL_OF_TINY, { files: FILES }), FILES);
    await loadWeights(cache.reader(other, { files: [] }), []);
    const listed = await cache.list();
    expect(listed.map(({ url, files }) => [url, files])).toEqual([
      [URL_OF_TINY, 3],
      [other, 1],
    ]);
    expect(listed[0]!.bytes).toBeGreaterThan(180_000);
    await cache.delete(URL_OF_TINY);
    expect((await cache.list()).map(({ url }) => url)).toEqual([other]);
    await cache.delete();
    expect(await cache.list()).toEqual([]);
  });

  it("forgets the files of an older version", async () => {
    const { storage, entries } = createMemoryCacheStorage();
    const cache = createWeightsCache({ storage, fetch: serve() });
    await loadWeights(cache.reader(URL_OF_TINY, { files: FILES }), FILES);
    const stale = `${URL_OF_TINY}${FILES[0]}?sha256=${"0".repeat(64)}`;
    entries.set(stale, { bytes: new Uint8Array(8), headers: new Headers() });
    await loadWeights(cache.reader(URL_OF_TINY, { files: FILES }), FILES);
    expect(entries.has(stale)).toBe(false);
    expect(entries.size).toBe(3);
  });

  it.each([
    ["full", createMemoryCacheStorage(100).storage],
    [
      "refused",
      { open: () => Promise.reject(new DOMException("no", "SecurityError")) } as unknown as CacheStorage,
    ],
    ["absent", undefined],
  ])("loads all the same when storage is %s", async (kind, storage) => {
    const problems: unknown[] = [];
    const cache = createWeightsCache({ storage, fetch: serve(), onProblem: (error) => problems.push(error) });
    await expect(loadWeights(cache.reader(URL_OF_TINY, { files: FILES }), FILES)).resolves.toBeDefined();
    expect(problems.length).toBe(kind === "absent" ? 0 : 1);
    expect(await cache.list()).toEqual([]);
    await cache.delete();
  });

  it("stops when its signal says so", async () => {
    const { storage } = createMemoryCacheStorage();
    const controller = new AbortController();
    const server = async (_: unknown, init?: RequestInit) => {
      controller.abort(new Error("enough"));
      init?.signal?.throwIfAborted();
      return new Response();
    };
    const cache = createWeightsCache({ storage, fetch: server });
    const read = cache.reader(URL_OF_TINY, { files: FILES, signal: controller.signal });
    await expect(read("manifest.json")).rejects.toThrow("enough");
  });
});
