import type { FileStore } from "../../plugin/storage/file-store.ts";

export interface MemoryFileStore extends FileStore {
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  /** Thrown by `write`. */
  fault: Error | undefined;
  /** Bytes of every `write` so far, in order. */
  readonly written: Uint8Array<ArrayBuffer>[];
  /** What a write waits for; defaults to nothing. */
  ready: Promise<void>;
}

export function createMemoryFileStore(): MemoryFileStore {
  const store: MemoryFileStore = {
    files: new Map(),
    fault: undefined,
    written: [],
    ready: Promise.resolve(),
    list: async () => [...store.files.keys()],
    read: async (name) => store.files.get(name),
    async write(name, bytes) {
      await store.ready;
      if (store.fault !== undefined) throw store.fault;
      store.written.push(bytes);
      store.files.set(name, bytes);
    },
    async delete(name) {
      store.files.delete(name);
    },
  };
  return store;
}
