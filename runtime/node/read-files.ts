import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkRecording } from "../adapt/check-recording.ts";
import { parseWav } from "../audio/parse-wav.ts";
import { AudioInputError, KalliopeError, VoiceTextError } from "../errors.ts";
import { checkReference, type Recording, type Reference } from "../speech/check-reference.ts";
import type { UserLexicon } from "../text/lexicon.ts";
import type { ReadFile } from "../weights.ts";
import { FileError, fileReason } from "./command-errors.ts";

/** A reader of the files of one weights folder; what is wrong with them is for the runtime to say. */
export function readWeightsFrom(folder: string): ReadFile {
  return async (name) => new Uint8Array(await read(join(folder, name)));
}

/**
 * The lines of a text file that are not empty, with their numbers in the file, from 1.
 * @throws FileError when it cannot be read, is not UTF-8, or has no such line
 */
export async function readLines(path: string): Promise<{ number: number; text: string }[]> {
  const lines = decodeUtf8(await read(path), path)
    .split(/\r\n|\r|\n/)
    .map((text, i) => ({ number: i + 1, text }))
    .filter(({ text }) => text.trim() !== "");
  if (lines.length === 0) throw new FileError(`${path} has no line to say`);
  return lines;
}

/**
 * The whole of standard input as text.
 * @throws FileError when it is not UTF-8
 */
export async function readStream(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return decodeUtf8(Buffer.concat(parts), "standard input");
}

/**
 * Pronunciations by word; whether they are phonemes is checked by the text part of the runtime.
 * @throws FileError when it cannot be read; VoiceTextError when it is not a JSON object of strings
 */
export async function readLexicon(path: string): Promise<UserLexicon> {
  const text = decodeUtf8(await read(path), path);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new VoiceTextError(`the lexicon ${path} is not JSON: ${fileReason(error)}`);
  }
  if (isRecordOfStrings(parsed)) return parsed;
  throw new VoiceTextError(
    `the lexicon ${path} must be one JSON object such as {"Whiterun": "W AY1 T R AH0 N"}`,
  );
}

/**
 * A recording, checked and made fit for the speaker encoder.
 * @throws FileError when it cannot be read; AudioInputError, naming the file, when it cannot be used
 */
export async function readReference(path: string): Promise<Reference> {
  return readSound(path, checkReference);
}

/**
 * A recording to learn a voice from, checked and made fit for it.
 * @throws FileError when it cannot be read; AudioInputError, naming the file, when it cannot be used
 */
export async function readRecording(path: string): Promise<Reference> {
  return readSound(path, checkRecording);
}

/**
 * The bytes of a file.
 * @throws FileError when it cannot be read
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await read(path));
}

async function readSound(path: string, check: (recording: Recording) => Reference): Promise<Reference> {
  const bytes = await read(path);
  try {
    return check(parseWav(bytes));
  } catch (error) {
    if (error instanceof KalliopeError) throw new AudioInputError(`${path}: ${error.message}`);
    throw error;
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new FileError(`cannot read ${path}: ${fileReason(error)}`);
  }
}

function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`${name} is not UTF-8 text`);
  }
}

function isRecordOfStrings(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => typeof entry === "string");
}
