import { joinBytes } from "../join.ts";

/** What a 16 bit mono PCM file says about itself before its samples. */
export interface WavDescription {
  readonly sampleRateHz: number;
  /** Number of samples that follow; 0 while it is not known yet. */
  readonly samples: number;
  /** LIST/INFO tags by their four letters, e.g. `{ ISFT: "Kalliope 0.1.0" }`; ASCII. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Most samples a WAV of 16 bit mono can count: its sizes are 32 bit numbers of bytes. */
export const WAV_MAX_SAMPLES = 2 ** 31 - 1024;

/**
 * The `synthetic` mark that exported audio carries, as LIST/INFO tags: the software, and a comment that may name the
 * voice. ASCII.
 */
export function syntheticMark(software: string, voice?: string): WavDescription["tags"] {
  return { ISFT: software, ICMT: ["synthetic speech", ...(voice === undefined ? [] : [voice])].join(" ") };
}

/**
 * The bytes before the first sample: RIFF, fmt, LIST/INFO and the head of the data chunk. Their number depends only on
 * the tags, so a header can be written again over an earlier one once the number of samples is known.
 */
export function wavHeader({ sampleRateHz, samples, tags }: WavDescription): Uint8Array {
  const dataBytes = samples * 2;
  const chunks = [formatChunk(sampleRateHz), infoChunk(tags), chunkHead("data", dataBytes)];
  const body = joinBytes([ascii("WAVE"), ...chunks]);
  return joinBytes([chunkHead("RIFF", body.length + dataBytes), body]);
}

/** Samples from -1 to 1 as little-endian 16 bit; louder ones are held at full scale. */
export function toPcm16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => {
    view.setInt16(i * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true);
  });
  return bytes;
}

function formatChunk(sampleRateHz: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 1, true); // PCM
  view.setUint16(2, 1, true); // mono
  view.setUint32(4, sampleRateHz, true);
  view.setUint32(8, sampleRateHz * 2, true); // bytes per second
  view.setUint16(12, 2, true); // bytes per frame
  view.setUint16(14, 16, true); // bits per sample
  return chunk("fmt ", bytes);
}

function infoChunk(tags: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(tags).map(([tag, text]) => chunk(tag, ascii(`${text}\0`)));
  return chunk("LIST", joinBytes([ascii("INFO"), ...entries]));
}

/** A chunk with its padding byte, if its length is odd. */
function chunk(id: string, content: Uint8Array): Uint8Array {
  return joinBytes([chunkHead(id, content.length), content, new Uint8Array(content.length % 2)]);
}

function chunkHead(id: string, bytes: number): Uint8Array {
  const head = new Uint8Array(8);
  head.set(ascii(id));
  new DataView(head.buffer).setUint32(4, bytes, true);
  return head;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
