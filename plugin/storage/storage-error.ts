import { KalliopeError } from "../../runtime/errors.ts";

/** The page's storage is full, or the browser refuses it. */
export class StorageError extends KalliopeError {}

/** In words what a storage of the browser has thrown. */
export async function storageErrorFrom(error: unknown, file: string): Promise<StorageError> {
  if (error instanceof StorageError) return error;
  const name = error instanceof Error ? error.name : "";
  if (name === "QuotaExceededError") {
    return new StorageError(
      `"${file}" could not be stored: the browser's storage for this page is full${await usage()}. Delete something ` +
        "that is kept here, or make room on the disk, and try again.",
      { cause: error },
    );
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new StorageError(
    `"${file}" could not be stored: the browser refuses storage (${reason}). Leave the private window, or allow this ` +
      "site to store data.",
    { cause: error },
  );
}

async function usage(): Promise<string> {
  const { usage: used = 0, quota = 0 } = (await globalThis.navigator?.storage?.estimate?.()) ?? {};
  return quota === 0 ? "" : ` (${megabytes(used)} of ${megabytes(quota)} MB used)`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
