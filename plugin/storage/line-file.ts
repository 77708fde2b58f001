import type { SpeechEvent } from "../../runtime/speech/speech-events.ts";
import type { CachedLine } from "../line-cache.ts";

/**
 * A spoken line as bytes, little-endian: "KLN1", bytes of the events (u32), the events as JSON in UTF-8, padded to an even
 * length, and the samples as i16 (a sample beyond -1..1 is clipped).
 */
const MAGIC = 0x314e4c4b;
const HEADER_BYTES = 8;
const FULL_SCALE = 32_767;

export function packLine({ samples, events }: CachedLine): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(events));
  const samplesStart = samplesStartOf(json.length);
  const bytes = new Uint8Array(samplesStart + samples.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, json.length, true);
  bytes.set(json, HEADER_BYTES);
  samples.forEach((sample, i) => {
    const clipped = Math.max(-1, Math.min(1, sample));
    view.setInt16(samplesStart + 2 * i, Math.round(clipped * FULL_SCALE), true);
  });
  return bytes;
}

/** Undefined when the bytes are not a whole line. */
export function unpackLine(bytes: Uint8Array<ArrayBuffer>): CachedLine | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) return undefined;
  const jsonLength = view.getUint32(4, true);
  const samplesStart = samplesStartOf(jsonLength);
  const count = (bytes.length - samplesStart) / 2;
  if (!Number.isInteger(count) || count < 0) return undefined;
  const events = parseEvents(bytes.subarray(HEADER_BYTES, HEADER_BYTES + jsonLength));
  if (events?.at(-1)?.sample !== count) return undefined;
  const sampleAt = (_: unknown, i: number) => view.getInt16(samplesStart + 2 * i, true) / FULL_SCALE;
  return { samples: Float32Array.from({ length: count }, sampleAt), events };
}

function samplesStartOf(jsonLength: number): number {
  return HEADER_BYTES + jsonLength + (jsonLength % 2);
}

/** The file is our own, so that what is JSON and ends where the sound ends is taken to be what was written. */
function parseEvents(json: Uint8Array): readonly SpeechEvent[] | undefined {
  try {
    const events: unknown = JSON.parse(new TextDecoder().decode(json));
    return Array.isArray(events) ? (events as SpeechEvent[]) : undefined;
  } catch {
    return undefined;
  }
}
