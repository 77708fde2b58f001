/**
 * Reads and writes safetensors: an 8-byte little-endian header length, a JSON header, then the tensors' bytes.
 * Source: https://github.com/huggingface/safetensors#format
 */
import { WeightsError } from "./errors.ts";
import { floatsToHalves, halfToFloat } from "./half.ts";

/** A tensor as f32 (f16 is widened) or i32, row-major. */
export type SafeTensor =
  | { readonly shape: readonly number[]; readonly dtype: "F32" | "F16"; readonly data: Float32Array }
  | { readonly shape: readonly number[]; readonly dtype: "I32"; readonly data: Int32Array };

export interface SafeTensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

type Dtype = SafeTensor["dtype"];

/** What the header says of a tensor. */
export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** First and last (exclusive) byte after the header. */
  readonly data_offsets: readonly [number, number];
}

const LENGTH_BYTES = 8;
const SPACE = 0x20;
const LARGEST_HEADER_BYTES = 100_000_000;
const BYTES_OF: Readonly<Record<Dtype, number>> = { F32: 4, F16: 2, I32: 4 };

/**
 * @param name what the bytes are, for messages
 * @throws WeightsError when the bytes are truncated, the header is not valid, or a dtype is not F32, F16 or I32
 */
export function parseSafetensors(bytes: Uint8Array, name: string): SafeTensors {
  const { header, body } = splitHeader(bytes, name);
  const tensors = new Map<string, SafeTensor>();
  for (const [key, given] of Object.entries(header)) {
    if (key !== "__metadata__") tensors.set(key, readTensor(checkEntry(given, body.length, key, name), body));
  }
  return { tensors, metadata: (header["__metadata__"] ?? {}) as Record<string, string> };
}

/**
 * The tensors of a file in order of their bytes, and how many bytes its header takes. The bytes behind it may be missing.
 * @param name what the bytes are, for messages
 * @throws WeightsError when the header is not valid
 */
export function readTensorEntries(
  bytes: Uint8Array,
  name: string,
): { readonly entries: readonly TensorEntry[]; readonly headerBytes: number } {
  const { header, body } = splitHeader(bytes, name);
  const entries = Object.entries(header)
    .filter(([key]) => key !== "__metadata__")
    .map(([key, given]) => checkEntry(given, Infinity, key, name));
  return {
    entries: entries.toSorted((a, b) => a.data_offsets[0] - b.data_offsets[0]),
    headerBytes: bytes.length - body.length,
  };
}

function damaged(name: string, what: string): WeightsError {
  return new WeightsError(
    `${name}: ${what}. Allowed: a whole safetensors file of F32, F16 and I32 tensors. Download or export it again.`,
  );
}

function splitHeader(bytes: Uint8Array, name: string): { header: Record<string, unknown>; body: Uint8Array } {
  if (bytes.length < LENGTH_BYTES) throw damaged(name, `only ${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const end = LENGTH_BYTES + length;
  if (length > LARGEST_HEADER_BYTES || end > bytes.length) {
    throw damaged(name, `a header of ${length} bytes does not fit into ${bytes.length} bytes`);
  }
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, end)));
  if (header === undefined) throw damaged(name, "the header is not a JSON object");
  return { header, body: bytes.subarray(end) };
}

function parseHeader(json: string): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(json);
    return typeof header === "object" && header !== null ? (header as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function checkEntry(given: unknown, available: number, key: string, name: string): TensorEntry {
  const entry = given as Partial<TensorEntry> | null;
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (dtype === undefined || !Object.hasOwn(BYTES_OF, dtype)) {
    throw damaged(name, `tensor "${key}" has dtype ${JSON.stringify(dtype)}`);
  }
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw damaged(name, `tensor "${key}" has no valid shape and offsets`);
  }
  const [begin = 0, end = 0] = offsets;
  const needed = shape.reduce((product, size) => product * size, BYTES_OF[dtype]);
  if (end - begin !== needed || end > available) {
    throw damaged(name, `tensor "${key}" needs ${needed} bytes but has [${begin}, ${end}) of ${available}`);
  }
  return { dtype, shape, data_offsets: [begin, end] };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function readTensor({ dtype, shape, data_offsets: [begin, end] }: TensorEntry, body: Uint8Array): SafeTensor {
  const aligned = body.slice(begin, end); // a copy: tensors need not stand at multiples of their element size
  if (dtype === "I32") return { dtype, shape, data: new Int32Array(aligned.buffer) };
  if (dtype === "F32") return { dtype, shape, data: new Float32Array(aligned.buffer) };
  return { dtype, shape, data: Float32Array.from(new Uint16Array(aligned.buffer), halfToFloat) };
}

/** The bytes of a file with these tensors in this order; F16 rounds to the nearest half. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const bodies = [...tensors.values()].map(bytesOf);
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape }], i) => {
    const begin = end;
    end += bodies[i]?.length ?? 0;
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(SPACE);
  header.set(text);
  const file = new Uint8Array(LENGTH_BYTES + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, LENGTH_BYTES);
  let offset = LENGTH_BYTES + header.length;
  for (const body of bodies) {
    file.set(body, offset);
    offset += body.length;
  }
  return file;
}

function bytesOf({ dtype, data }: SafeTensor): Uint8Array {
  const packed = dtype === "F16" ? floatsToHalves(data) : data;
  return new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
}
