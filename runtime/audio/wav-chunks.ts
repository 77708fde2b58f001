import { AudioInputError } from "../errors.ts";

/** The content of one RIFF chunk, without its head and padding. */
export interface WavChunk {
  readonly id: string;
  readonly view: DataView;
}

const HEAD_BYTES = 8;
const RIFF_BYTES = 12;

/**
 * The two chunks that make sound; all others are skipped. `allowed` ends the messages.
 * @throws AudioInputError when the bytes are not a WAV file or end before its samples
 */
export function findWavChunks(bytes: Uint8Array, allowed: string): { format: WavChunk; data: WavChunk } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || asciiAt(view, 0) !== "RIFF") throw notWav(allowed);
  if (bytes.length < RIFF_BYTES) throw missing("header");
  if (asciiAt(view, 8) !== "WAVE") throw notWav(allowed);
  const found = new Map<string, WavChunk>();
  for (const chunk of chunksOf(view)) if (!found.has(chunk.id)) found.set(chunk.id, chunk);
  const format = found.get("fmt ");
  const data = found.get("data");
  if (format === undefined) throw missing("format");
  if (data === undefined) throw missing("samples");
  return { format, data };
}

/** Chunks in order; one that claims more than there is gets what is there. */
function* chunksOf(view: DataView): Generator<WavChunk> {
  let offset = RIFF_BYTES;
  while (offset + HEAD_BYTES <= view.byteLength) {
    const claimed = view.getUint32(offset + 4, true);
    const start = offset + HEAD_BYTES;
    const length = Math.min(claimed, view.byteLength - start);
    yield { id: asciiAt(view, offset), view: new DataView(view.buffer, view.byteOffset + start, length) };
    offset = start + claimed + (claimed % 2);
  }
}

function notWav(allowed: string): AudioInputError {
  return new AudioInputError(`the file is not a WAV recording; ${allowed}`);
}

function missing(what: string): AudioInputError {
  return new AudioInputError(
    `the WAV ends before its ${what}: the file is truncated; copy or record it again`,
  );
}

function asciiAt(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}
