import type { CachedLine, LineCache } from "../line-cache.ts";
import { packLine, unpackLine } from "./line-file.ts";

export interface LineStoreOptions {
  /** Names the weights that spoke the lines. Lines of other weights are of no use and are deleted. */
  readonly model: string;
  /** Most bytes on disk; the lines that were not used for longest make room. Defaults to 64 MiB. */
  readonly maxBytes?: number;
  /** Where to store. Defaults to the origin private file system. */
  readonly root?: () => Promise<FileSystemDirectoryHandle>;
  /** Storage is full or refused: lines are spoken anew. Called once. Defaults to console.warn. */
  readonly onProblem?: (error: unknown) => void;
}

export interface LineStore extends LineCache {
  readonly bytes: number;
  /** Deletes all lines. */
  clear(): Promise<void>;
}

/** As `LineStoreOptions` says. */
export const LINE_STORE_DEFAULTS = { maxBytes: 64 * 2 ** 20 } as const;

const FOLDER = "kalliope-lines";

/**
 * Opens the lines kept on the player's disk. Between two visits the order of use is that of writing, since browsers do not
 * keep the time of reading. Where the browser refuses storage, the store is empty and stays so.
 */
export async function openLineStore(options: LineStoreOptions): Promise<LineStore> {
  const { onProblem = (error) => console.warn("kalliope: lines are not kept on disk:", error) } = options;
  const { root = () => navigator.storage.getDirectory() } = options;
  try {
    const folder = await (await root()).getDirectoryHandle(FOLDER, { create: true });
    const name = encodeURIComponent(options.model);
    for await (const other of folder.keys())
      if (other !== name) await folder.removeEntry(other, { recursive: true });
    const lines = await folder.getDirectoryHandle(name, { create: true });
    return storeIn(
      lines,
      await sizesByAge(lines),
      options.maxBytes ?? LINE_STORE_DEFAULTS.maxBytes,
      onProblem,
    );
  } catch (error) {
    onProblem(error);
    return {
      bytes: 0,
      has: () => false,
      get: () => undefined,
      put: () => undefined,
      forget: () => undefined,
      clear: async () => undefined,
    };
  }
}

/** Size of every file, the oldest first. */
async function sizesByAge(folder: FileSystemDirectoryHandle): Promise<Map<string, number>> {
  const files: File[] = [];
  for await (const handle of folder.values()) {
    if (handle.kind === "file") files.push(await (handle as FileSystemFileHandle).getFile());
  }
  files.sort((a, b) => a.lastModified - b.lastModified);
  return new Map(files.map(({ name, size }) => [name, size]));
}

function storeIn(
  folder: FileSystemDirectoryHandle,
  sizes: Map<string, number>, // by name of file, the least recently used first
  maxBytes: number,
  onProblem: (error: unknown) => void,
): LineStore {
  let bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  let tail: Promise<unknown> = Promise.resolve();
  let told = false;

  /** One change of the folder after the other, and none that throws. */
  function inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
    const done = tail.then(work).catch((error: unknown) => {
      if (!told) onProblem(error);
      told = true;
      return undefined;
    });
    tail = done;
    return done;
  }

  async function remove(name: string): Promise<void> {
    bytes -= sizes.get(name) ?? 0;
    sizes.delete(name);
    await folder.removeEntry(name).catch(() => undefined); // another tab was first
  }

  async function makeRoom(needed: number): Promise<void> {
    for (const name of sizes.keys()) {
      if (bytes + needed <= maxBytes) return;
      await remove(name);
    }
  }

  async function write(name: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    await remove(name);
    await makeRoom(content.length);
    const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
    try {
      await file.write(content);
      await file.close();
    } catch (error) {
      await file.abort().catch(() => undefined);
      await folder.removeEntry(name).catch(() => undefined);
      throw error;
    }
    sizes.set(name, content.length);
    bytes += content.length;
  }

  async function read(name: string): Promise<CachedLine | undefined> {
    const size = sizes.get(name);
    if (size === undefined) return undefined;
    const file = await folder.getFileHandle(name).then(
      (handle) => handle.getFile(),
      () => undefined,
    );
    const line = file && unpackLine(new Uint8Array(await file.arrayBuffer()));
    if (line === undefined)
      await remove(name); // deleted by another tab, or damaged
    else {
      sizes.delete(name); // now the most recently used
      sizes.set(name, size);
    }
    return line;
  }

  return {
    get bytes() {
      return bytes;
    },
    has: (key) => sizes.has(fileName(key)),
    get: (key) => (sizes.has(fileName(key)) ? inTurn(() => read(fileName(key))) : undefined),
    put(key, line) {
      const content = packLine(line);
      return content.length > maxBytes ? undefined : inTurn(() => write(fileName(key), content));
    },
    forget: (part) =>
      inTurn(async () => {
        const encoded = encodeURIComponent(part);
        for (const name of sizes.keys()) if (name.includes(encoded)) await remove(name);
      }),
    clear: () =>
      inTurn(async () => {
        for (const name of sizes.keys()) await remove(name);
      }),
  };
}

/** Any key as a file name: neither "." nor with a slash. */
function fileName(key: string): string {
  return `${encodeURIComponent(key)}.line`;
}
