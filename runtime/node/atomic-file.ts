import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FileError, fileReason, isMissing } from "./command-errors.ts";

/** A file that appears under its name only when it is complete. */
export interface AtomicFile {
  readonly path: string;
  /** Writes at the end. */
  append(bytes: Uint8Array): Promise<void>;
  /** Writes over the first bytes. */
  overwriteStart(bytes: Uint8Array): Promise<void>;
  /** Closes the file and gives it its name, in place of an older file of that name. */
  commit(): Promise<void>;
  /** Closes and removes the file; nothing happens after `commit` or a first `discard`. */
  discard(): Promise<void>;
}

/**
 * Opens a file for writing under a temporary name in the same folder, so that a path that cannot be written fails
 * before any work is done.
 * @throws FileError here and in every method when the disk refuses
 */
export async function createAtomicFile(path: string): Promise<AtomicFile> {
  const target = await explain(path, () => targetOf(path));
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  const handle = await explain(path, () => open(temporary, "w"));
  return atomicFile(path, target, temporary, handle);
}

function atomicFile(path: string, target: string, temporary: string, handle: FileHandle): AtomicFile {
  let length = 0;
  let unfinished = true;
  return {
    path,
    append: (bytes) =>
      explain(path, async () => {
        await writeAll(handle, bytes, length);
        length += bytes.length;
      }),
    overwriteStart: (bytes) => explain(path, () => writeAll(handle, bytes, 0)),
    commit: () =>
      explain(path, async () => {
        await handle.close();
        await rename(temporary, target);
        unfinished = false;
      }),
    async discard() {
      if (!unfinished) return;
      unfinished = false;
      await handle.close().catch(() => undefined); // closed already when the rename of `commit` failed
      await rm(temporary, { force: true });
    },
  };
}

/** Where links lead. A folder or a device under that name is refused: renaming would fail or replace the device. */
async function targetOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    const target = await realpath(absolute);
    if (!(await stat(target)).isFile())
      throw new FileError(`cannot write ${path}: it is not an ordinary file`);
    return target;
  } catch (error) {
    if (isMissing(error)) return absolute;
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const result = await handle.write(bytes, written, bytes.length - written, position + written);
    written += result.bytesWritten;
  }
}

async function explain<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(`cannot write ${path}: ${fileReason(error)}`);
  }
}
