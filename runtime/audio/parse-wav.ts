import { AudioInputError } from "../errors.ts";
import type { Recording } from "../speech/check-reference.ts";
import { findWavChunks, type WavChunk } from "./wav-chunks.ts";
import { sampleReaderFor } from "./wav-samples.ts";

/** The contents of a `fmt ` chunk. */
interface WavFormat {
  readonly tag: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly blockBytes: number;
  readonly bits: number;
}

const EXTENSIBLE = 0xfffe;
const LOWEST_RATE_HZ = 8_000;
const HIGHEST_RATE_HZ = 192_000;
const MOST_CHANNELS = 32;
const ALLOWED = "allowed: WAV with PCM of 8, 16, 24 or 32 bit, or float of 32 or 64 bit, 8 to 192 kHz";

/**
 * Reads a WAV file into one array per channel. A file cut short in its samples gives the samples that are there.
 * @throws AudioInputError when it is not a WAV, ends inside its header, or holds another codec or rate
 */
export function parseWav(bytes: Uint8Array): Recording {
  const chunks = findWavChunks(bytes, ALLOWED);
  const format = readFormat(chunks.format);
  checkFormat(format);
  return { sampleRateHz: format.sampleRateHz, channels: readChannels(chunks.data, format) };
}

function readFormat({ view }: WavChunk): WavFormat {
  if (view.byteLength < 16) throw truncated();
  const tag = view.getUint16(0, true);
  if (tag === EXTENSIBLE && view.byteLength < 26) throw truncated();
  return {
    tag: tag === EXTENSIBLE ? view.getUint16(24, true) : tag, // first two bytes of the sub-format's GUID
    channels: view.getUint16(2, true),
    sampleRateHz: view.getUint32(4, true),
    blockBytes: view.getUint16(12, true),
    bits: view.getUint16(14, true),
  };
}

function checkFormat({ tag, channels, sampleRateHz, blockBytes, bits }: WavFormat): void {
  if (sampleReaderFor(tag, bits) === undefined) {
    throw new AudioInputError(
      `the WAV has codec ${tag} with ${bits} bits, which is not supported; ${ALLOWED}`,
    );
  }
  if (sampleRateHz < LOWEST_RATE_HZ || sampleRateHz > HIGHEST_RATE_HZ) {
    throw new AudioInputError(`the WAV has a sample rate of ${sampleRateHz} Hz; ${ALLOWED}`);
  }
  if (channels < 1 || channels > MOST_CHANNELS || blockBytes !== channels * (bits / 8)) {
    throw new AudioInputError(
      `the WAV's header is damaged (${channels} channels, ${blockBytes} bytes each frame)`,
    );
  }
}

function readChannels({ view }: WavChunk, { tag, channels, blockBytes, bits }: WavFormat): Float32Array[] {
  const readSample = sampleReaderFor(tag, bits);
  if (readSample === undefined) return [];
  const frames = Math.floor(view.byteLength / blockBytes);
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(frames);
    for (let i = 0; i < frames; i += 1) samples[i] = readSample(view, i * blockBytes + channel * (bits / 8));
    return samples;
  });
}

function truncated(): AudioInputError {
  return new AudioInputError(
    "the WAV ends inside its header: the file is truncated; copy or record it again",
  );
}
