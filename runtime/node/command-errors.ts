import { KalliopeError } from "../errors.ts";

/** The command line itself is wrong: unknown option, bad value, options that exclude each other. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file the user named cannot be read or written. Exit code 1. */
export class FileError extends Error {
  override readonly name = "FileError";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EEXIST: "it exists already",
  ENAMETOOLONG: "the name is too long",
  EFBIG: "the file is too large",
  ERR_FS_FILE_TOO_LARGE: "the file is too large",
};

/** What a failed file operation means in words; the system's own message for a code without words. */
export function fileReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return REASONS[code] ?? error.message;
}

/** Whether a failed file operation says that the file is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/**
 * `kalliope: ` and a message, without line breaks or control characters, which may come from a damaged file. An error
 * that nobody threw on purpose says so.
 */
export function errorLine(error: unknown): string {
  const message =
    error instanceof Error ? `${isExpected(error) ? "" : "unexpected: "}${error.message}` : String(error);
  return `kalliope: ${message.replace(/[\s\p{Cc}]+/gu, " ").trim()}`;
}

function isExpected(error: Error): boolean {
  return error instanceof KalliopeError || error instanceof FileError || error instanceof UsageError;
}
