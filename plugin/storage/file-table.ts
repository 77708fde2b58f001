import type { FileStore } from "./file-store.ts";
import { storageErrorFrom } from "./storage-error.ts";

const DATABASE = "kalliope-files";
const TABLE = "files"; // bytes by [folder, name]

/**
 * Files in IndexedDB: each change is one transaction, which happens as a whole or not.
 * @throws StorageError when the browser does not allow it
 */
export async function openFileTable(folder: string): Promise<FileStore> {
  const database = await open().catch(async (error: unknown) => {
    throw await storageErrorFrom(error, folder);
  });

  async function transact<T>(
    mode: IDBTransactionMode,
    ask: (files: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const transaction = database.transaction(TABLE, mode, { durability: "strict" });
    const request = ask(transaction.objectStore(TABLE));
    return new Promise((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve(request.result));
      transaction.addEventListener("abort", () => reject(transaction.error ?? request.error));
    });
  }

  return {
    async list() {
      const keys = await transact("readonly", (files) =>
        files.getAllKeys(IDBKeyRange.bound([folder], [folder, []])),
      );
      return keys.map((key) => String((key as IDBValidKey[])[1]));
    },
    async read(name) {
      return transact<Uint8Array<ArrayBuffer> | undefined>("readonly", (files) => files.get([folder, name]));
    },
    async write(name, bytes) {
      try {
        await transact("readwrite", (files) => files.put(bytes, [folder, name]));
      } catch (error) {
        throw await storageErrorFrom(error, name);
      }
    },
    async delete(name) {
      await transact("readwrite", (files) => files.delete([folder, name]));
    },
  };
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(TABLE));
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error as DOMException));
  });
}
