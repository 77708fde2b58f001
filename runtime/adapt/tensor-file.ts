/**
 * The envelope of what is learned (weights/FORMAT.md): 8 letters that say what it is, u32 version, u32 length of the
 * rest in bytes, u32 CRC-32 of the rest; the rest is a safetensors file. Little-endian.
 */
import { AdapterError, WeightsError } from "../errors.ts";
import { parseSafetensors, type SafeTensor, type SafeTensors, writeSafetensors } from "../safetensors.ts";
import { crc32 } from "./crc32.ts";

/** What a file is: 8 ASCII letters, and words for messages. */
export interface FileKind {
  readonly magic: string;
  readonly what: string;
}

export interface TensorFile {
  /** @throws AdapterError when there is no such text */
  readonly text: (key: string) => string;
  /** As `text`, parsed. @throws AdapterError when it is not JSON */
  readonly json: (key: string) => unknown;
  /** @throws AdapterError when there is no such tensor of numbers with a fraction */
  readonly floats: (name: string) => Float32Array;
  /** @throws AdapterError when there is no such tensor of whole numbers */
  readonly integers: (name: string) => Int32Array;
}

const VERSION = 1;
const PREFIX_BYTES = 20;

export function packTensors(
  { magic }: FileKind,
  metadata: Readonly<Record<string, string>>,
  tensors: ReadonlyMap<string, SafeTensor>,
): Uint8Array<ArrayBuffer> {
  const content = writeSafetensors(tensors, metadata);
  const file = new Uint8Array(PREFIX_BYTES + content.length);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode(magic));
  view.setUint32(8, VERSION, true);
  view.setUint32(12, content.length, true);
  view.setUint32(16, crc32(content), true);
  file.set(content, PREFIX_BYTES);
  return file;
}

/** @throws AdapterError when the bytes are not of this kind, of another version, truncated or damaged */
export function unpackTensors({ magic, what }: FileKind, bytes: Uint8Array): TensorFile {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, magic.length));
  if (start !== magic || bytes.length < PREFIX_BYTES) {
    throw new AdapterError(
      `the ${what} is none: ${bytes.length} bytes that begin with ${JSON.stringify(start)}; a ${what} of Kalliope begins ` +
        `with "${magic}". Give the file that was exported`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [version, length, checksum] = [
    view.getUint32(8, true),
    view.getUint32(12, true),
    view.getUint32(16, true),
  ];
  if (version !== VERSION) {
    throw new AdapterError(
      `the ${what} has version ${version}; allowed: ${VERSION}. Use the Kalliope that it is from`,
    );
  }
  const content = new Uint8Array(bytes.subarray(PREFIX_BYTES)); // a copy: slices of a Buffer are views
  if (content.length !== length) {
    throw new AdapterError(
      `the ${what} is truncated or has bytes too many: ${content.length} of ${length}. Copy or export it again`,
    );
  }
  if (crc32(content) !== checksum) {
    throw new AdapterError(`the ${what} is damaged: its checksum is wrong. Copy or export it again`);
  }
  return tensorFile(parseContent(content, what), what);
}

function parseContent(content: Uint8Array, what: string): SafeTensors {
  try {
    return parseSafetensors(content, what);
  } catch (error) {
    if (error instanceof WeightsError) throw new AdapterError(error.message, { cause: error });
    throw error;
  }
}

function tensorFile({ tensors, metadata }: SafeTensors, what: string): TensorFile {
  const missing = (name: string) =>
    new AdapterError(`the ${what} has no valid "${name}"; it was made by another program. Export it again`);
  const text = (key: string) => {
    const value: unknown = metadata[key];
    if (typeof value !== "string") throw missing(key);
    return value;
  };
  return {
    text,
    json(key) {
      const given = text(key);
      try {
        return JSON.parse(given);
      } catch {
        throw missing(key);
      }
    },
    floats(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined || tensor.dtype === "I32") throw missing(name);
      return tensor.data;
    },
    integers(name) {
      const tensor = tensors.get(name);
      if (tensor?.dtype !== "I32") throw missing(name);
      return tensor.data;
    },
  };
}

/** A list of numbers as a tensor of one dimension. */
export function vector(data: Float32Array | Int32Array): SafeTensor {
  const shape = [data.length];
  return data instanceof Int32Array ? { dtype: "I32", shape, data } : { dtype: "F32", shape, data };
}

/** The same, rounded to halves. */
export function halfVector(data: Float32Array): SafeTensor {
  return { dtype: "F16", shape: [data.length], data };
}
