import { openFileFolder } from "./file-folder.ts";
import { openFileTable } from "./file-table.ts";

/** Small files that stay from one visit of a page to the next. Each is there as a whole or not at all. */
export interface FileStore {
  list(): Promise<string[]>;
  /** Undefined when it is not there. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Puts a file in the place of the one that had its name, which stays until the new one is whole.
   * @throws StorageError when the storage is full or refused
   */
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Does nothing when it is not there. */
  delete(name: string): Promise<void>;
}

/**
 * The files of one folder in the origin private file system, or in IndexedDB where the browser cannot write there.
 * @throws StorageError when it allows neither
 */
export async function openFileStore(folder: string): Promise<FileStore> {
  const store = await openFileFolder(folder).catch(() => openFileTable(folder));
  return { ...store, write: (name, bytes) => write(store, name, bytes) };
}

/** Asks the browser to keep what is worth keeping, when there is something. Its answer changes nothing here. */
async function write(store: FileStore, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await store.write(name, bytes);
  void navigator.storage?.persist?.().catch(() => undefined);
}
