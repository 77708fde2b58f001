import type { FileStore } from "./file-store.ts";
import { storageErrorFrom } from "./storage-error.ts";

const FOLDER = "kalliope-files";

/** Chromium's copies, which a page that goes away leaves behind, have another ending. */
const ENDING = ".file";

/**
 * Files in the origin private file system. The browser writes to a copy and puts it in place when it is closed, so that a
 * page that goes away meanwhile leaves the old file, or an empty one, which counts as none.
 * @throws DOMException or TypeError when the browser does not have it
 */
export async function openFileFolder(name: string): Promise<FileStore> {
  if (!("createWritable" in FileSystemFileHandle.prototype)) throw new TypeError("files cannot be written");
  const root = await navigator.storage.getDirectory();
  const parent = await root.getDirectoryHandle(FOLDER, { create: true });
  const folder = await parent.getDirectoryHandle(encodeURIComponent(name), { create: true });
  for await (const leftover of folder.keys()) {
    if (!leftover.endsWith(ENDING)) await folder.removeEntry(leftover).catch(() => undefined); // in use in another tab
  }

  async function fileOf(fileName: string): Promise<File | undefined> {
    const handle = await folder.getFileHandle(onDisk(fileName)).catch(() => undefined);
    const file = await handle?.getFile();
    return file === undefined || file.size === 0 ? undefined : file;
  }

  async function put(fileName: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const handle = await folder.getFileHandle(onDisk(fileName), { create: true });
    const writable = await handle.createWritable();
    try {
      await writable.write(bytes);
      await writable.close();
    } catch (error) {
      await writable.abort().catch(() => undefined);
      if ((await fileOf(fileName)) === undefined) await remove(fileName);
      throw error;
    }
  }

  async function remove(fileName: string): Promise<void> {
    await folder.removeEntry(onDisk(fileName)).catch(() => undefined);
  }

  return {
    async list() {
      const names: string[] = [];
      for await (const entry of folder.keys()) {
        if (entry.endsWith(ENDING)) names.push(decodeURIComponent(entry.slice(0, -ENDING.length)));
      }
      const files = await Promise.all(names.map(fileOf));
      return names.filter((_, index) => files[index] !== undefined);
    },
    async read(fileName) {
      const file = await fileOf(fileName);
      return file && new Uint8Array(await file.arrayBuffer());
    },
    async write(fileName, bytes) {
      try {
        await put(fileName, bytes);
      } catch (error) {
        throw await storageErrorFrom(error, fileName);
      }
    },
    delete: remove,
  };
}

function onDisk(fileName: string): string {
  return encodeURIComponent(fileName) + ENDING;
}
