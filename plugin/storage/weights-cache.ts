import { WeightsError } from "../../runtime/errors.ts";
import { joinBytes } from "../../runtime/join.ts";
import { parseManifest, type FileEntry, type Manifest } from "../../runtime/manifest.ts";
import type { ReadFile } from "../../runtime/weights.ts";

/** Bytes of the files that were asked for so far, from wherever they come. */
export interface WeightsProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
  /** False while nothing has come over the network. */
  readonly downloading: boolean;
}

export interface ReadWeightsOptions {
  /** Names of the files that will be read; `totalBytes` is their sum. */
  readonly files: readonly string[];
  readonly onProgress?: (progress: WeightsProgress) => void;
  readonly signal?: AbortSignal;
}

/** One weights folder in the cache. */
export interface CachedWeights {
  /** Ends with a slash. */
  readonly url: string;
  readonly files: number;
  readonly bytes: number;
}

export interface WeightsCache {
  /**
   * Reads a weights folder: a file whose hash the cache has comes from there, any other from the network and is kept when
   * it is whole. The manifest comes from the network, and from the cache when there is none.
   * @throws WeightsError, from the returned function: a file is missing, truncated or damaged, or the network is away
   */
  reader(url: string, options: ReadWeightsOptions): ReadFile;
  list(): Promise<CachedWeights[]>;
  /** Forgets one folder, or all. */
  delete(url?: string): Promise<void>;
}

export interface WeightsCacheOptions {
  /** Defaults to the page's; undefined where the page may not store anything. */
  readonly storage?: CacheStorage | undefined;
  /** Defaults to the page's. */
  readonly fetch?: typeof fetch;
  /** Storage is full or refused: weights load all the same, but not from the cache. Defaults to console.warn. */
  readonly onProblem?: (error: unknown) => void;
}

const CACHE_NAME = "kalliope-weights";
const MANIFEST = "manifest.json";

/** The weights cache of this page (Cache API), shared by all plugins of its origin. */
export function createWeightsCache(options: WeightsCacheOptions = {}): WeightsCache {
  const { fetch: load = fetch, onProblem = (error) => console.warn("kalliope: no weights cache:", error) } =
    options;
  const storage = "storage" in options ? options.storage : globalThis.caches;
  const store = createStore(storage, onProblem);
  return {
    reader: (url, readOptions) => createReader(folderUrl(url), readOptions, store, load),
    async list() {
      const folders = new Map<string, CachedWeights>();
      for (const { url, bytes } of await store.entries()) {
        const folder = folderOf(url);
        const { files = 0, bytes: sum = 0 } = folders.get(folder) ?? {};
        folders.set(folder, { url: folder, files: files + 1, bytes: sum + bytes });
      }
      return [...folders.values()];
    },
    async delete(url) {
      await store.delete((entry) => url === undefined || folderOf(entry) === folderUrl(url));
    },
  };
}

/** The Cache API with every failure turned into "not there". */
function createStore(storage: CacheStorage | undefined, onProblem: (error: unknown) => void) {
  let told = false;
  async function attempt<T>(work: (cache: Cache) => Promise<T>, otherwise: T): Promise<T> {
    if (storage === undefined) return otherwise;
    try {
      return await work(await storage.open(CACHE_NAME));
    } catch (error) {
      if (!told) onProblem(error); // once: a full disk refuses every file
      told = true;
      return otherwise;
    }
  }
  const sizeOf = (response: Response | undefined) => Number(response?.headers.get("content-length") ?? 0);
  return {
    read: (url: string) =>
      attempt(async (cache) => (await cache.match(url))?.arrayBuffer(), undefined).then(
        (buffer) => buffer && new Uint8Array(buffer),
      ),
    write: (url: string, bytes: Uint8Array<ArrayBuffer>) =>
      attempt(async (cache) => {
        const headers = { "content-length": String(bytes.length) };
        await cache.put(url, new Response(bytes, { headers }));
      }, undefined),
    entries: () =>
      attempt(async (cache) => {
        const requests = await cache.keys();
        return Promise.all(
          requests.map(async (request) => ({ url: request.url, bytes: sizeOf(await cache.match(request)) })),
        );
      }, []),
    delete: (which: (url: string) => boolean) =>
      attempt(async (cache) => {
        const requests = (await cache.keys()).filter(({ url }) => which(url));
        await Promise.all(requests.map((request) => cache.delete(request)));
      }, undefined),
  };
}

type Store = ReturnType<typeof createStore>;

function createReader(url: string, options: ReadWeightsOptions, store: Store, load: typeof fetch): ReadFile {
  const progress = createProgress(options);
  const init: RequestInit = options.signal ? { signal: options.signal } : {};
  let reading: ReturnType<typeof readManifest> | undefined;

  async function readManifest() {
    const address = url + MANIFEST;
    const bytes = await download(load, address, { ...init, cache: "no-cache" }).catch(
      async (error: unknown) => {
        const kept = options.signal?.aborted ? undefined : await store.read(address);
        if (kept === undefined) throw error;
        return kept;
      },
    );
    const manifest = parseManifest(new TextDecoder().decode(bytes));
    const keys = Object.entries(manifest.files).map(([name, { sha256 }]) => keyOf(url, name, sha256));
    const current = new Set([address, ...keys]);
    await store.delete((entry) => folderOf(entry) === url && !current.has(entry)); // of other versions
    await store.write(address, bytes);
    return { bytes, manifest };
  }

  return async (name) => {
    reading ??= readManifest();
    const { bytes: manifestBytes, manifest } = await reading;
    if (name === MANIFEST) return manifestBytes;
    const entry = manifest.files[name];
    if (entry === undefined) {
      throw new WeightsError(`${url}${MANIFEST} does not list ${name}. Export the weights again.`);
    }
    const count = progress.of(name, manifest);
    const key = keyOf(url, name, entry.sha256);
    const kept = await store.read(key);
    if (kept !== undefined && (await isWhole(kept, entry))) {
      count(kept.length, false);
      return kept;
    }
    const bytes = await download(load, url + name, init, (loaded) => count(loaded, true));
    if (await isWhole(bytes, entry)) await store.write(key, bytes);
    return bytes; // loadWeights refuses it when it is not whole
  };
}

function createProgress({ files, onProgress }: ReadWeightsOptions) {
  const loaded = new Map<string, number>();
  let downloading = false;
  return {
    of: (name: string, manifest: Manifest) => (bytes: number, fromNetwork: boolean) => {
      loaded.set(name, bytes);
      downloading ||= fromNetwork;
      const sum = (each: (file: string) => number) => files.reduce((total, file) => total + each(file), 0);
      onProgress?.({
        loadedBytes: sum((file) => Math.min(loaded.get(file) ?? 0, manifest.files[file]?.bytes ?? 0)),
        totalBytes: sum((file) => manifest.files[file]?.bytes ?? 0),
        downloading,
      });
    },
  };
}

async function download(
  load: typeof fetch,
  url: string,
  init: RequestInit,
  count: (bytes: number) => void = () => undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const response = await load(url, init);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    for await (const part of chunksOf(response)) {
      parts.push(part);
      count((length += part.length));
    }
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw new WeightsError(
      `${url} could not be loaded (${cause instanceof Error ? cause.message : String(cause)}). ` +
        `Check the network and that \`weights\` is the address of a weights folder.`,
      { cause },
    );
  }
  return joinBytes(parts);
}

/** Streams are not async iterable in every browser. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

/** False also where browsers hide WebCrypto and storage: on pages that are neither https nor localhost. */
async function isWhole(bytes: Uint8Array<ArrayBuffer>, entry: FileEntry): Promise<boolean> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined || bytes.length !== entry.bytes) return false;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === entry.sha256;
}

/** Files are kept by their content, so that one of another version is never taken for it. */
function keyOf(url: string, name: string, sha256: string): string {
  return `${url}${name}?sha256=${sha256}`;
}

function folderUrl(url: string): string {
  const absolute = new URL(url, globalThis.location?.href).href;
  return absolute.endsWith("/") ? absolute : `${absolute}/`;
}

function folderOf(fileUrl: string): string {
  return new URL(".", fileUrl).href;
}
