/**
 * Tensor files of half the size and less: the matrices of f16 as rows of 5 to 8 bits a weight (packed-rows.ts), widened again when
 * they are loaded, so that neither graphs nor kernels know of it. A shrunken file is the mark, the safetensors header as it
 * was, and the tensors in its order. Its matrices are off by half a step of their row (int8-rows.ts) and the rounding to f16.
 */
import { yieldThread } from "./yield-thread.ts";
import { WeightsError } from "./errors.ts";
import { floatsToHalves, halfToFloat } from "./half.ts";
import { fromInt8Rows, toInt8Rows } from "./int8-rows.ts";
import { joinBytes } from "./join.ts";
import { packedRowBytes, packRows, unpackRows } from "./packed-rows.ts";
import { product } from "./product.ts";
import { readTensorEntries, type TensorEntry } from "./safetensors.ts";

/** Bits of a weight. */
export const FEWEST_BITS = 5;
export const MOST_BITS = 8;

/** Followed by the number of bits, a digit. */
const MARK = "KALLINT";
const MARK_BYTES = MARK.length + 1;

/**
 * @param bytes a safetensors file
 * @param name what it is, for messages
 * @param bits of a weight of a matrix, FEWEST_BITS to MOST_BITS
 * @throws WeightsError when its header is not valid
 */
export function shrinkTensors(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  bits: number,
): Uint8Array<ArrayBuffer> {
  const { entries, headerBytes } = readTensorEntries(bytes, name);
  const tensors = entries.map((entry) => {
    const [begin, end] = entry.data_offsets;
    const tensor = bytes.slice(headerBytes + begin, headerBytes + end);
    const columns = columnsOf(entry);
    return isMatrix(entry) ? packRows(toInt8Rows(toFloats(tensor), columns, bits), columns, bits) : tensor;
  });
  return joinBytes([new TextEncoder().encode(MARK + bits), bytes.subarray(0, headerBytes), ...tensors]);
}

/**
 * The safetensors file that a shrunken file stands for; any other file as it is. Other work of the thread gets its turn between tensors.
 * @param name what it is, for messages
 * @throws WeightsError when it is marked as shrunken and is not whole, or of a number of bits that is not allowed
 */
export async function widenTensors(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const mark = new TextDecoder().decode(bytes.subarray(0, MARK_BYTES));
  if (!mark.startsWith(MARK)) return bytes;
  const bits = bitsOf(mark, name);
  const shrunken = bytes.subarray(MARK_BYTES);
  const { entries, headerBytes } = readTensorEntries(shrunken, name);
  const needed = headerBytes + entries.reduce((sum, entry) => sum + shrunkenBytes(entry, bits), 0);
  if (needed !== shrunken.length) {
    throw new WeightsError(
      `${name} has ${bytes.length} bytes, its header asks for ${MARK_BYTES + needed}. Shrink the weights again.`,
    );
  }
  const parts = [shrunken.subarray(0, headerBytes)];
  let offset = headerBytes;
  for (const entry of entries) {
    const tensor = shrunken.subarray(offset, (offset += shrunkenBytes(entry, bits)));
    parts.push(isMatrix(entry) ? widenRows(tensor, columnsOf(entry), bits) : tensor);
    await yieldThread(undefined);
  }
  return joinBytes(parts);
}

function bitsOf(mark: string, name: string): number {
  const bits = Number(mark.slice(MARK.length));
  if (Number.isInteger(bits) && bits >= FEWEST_BITS && bits <= MOST_BITS) return bits;
  throw new WeightsError(
    `${name} is marked ${JSON.stringify(mark)}, allowed are ${MARK}${FEWEST_BITS} to ${MARK}${MOST_BITS}. Shrink the weights ` +
      `again, or use the version of Kalliope that they were shrunken with.`,
  );
}

function isMatrix({ dtype, shape }: TensorEntry): boolean {
  return dtype === "F16" && shape.length > 1;
}

/** Of a matrix, or of a kernel [outputs, ...], whose row is all that makes one output. */
function columnsOf({ shape }: TensorEntry): number {
  return product(shape.slice(1));
}

function shrunkenBytes(entry: TensorEntry, bits: number): number {
  const [begin, end] = entry.data_offsets;
  return isMatrix(entry) ? (entry.shape[0] ?? 0) * packedRowBytes(columnsOf(entry), bits) : end - begin;
}

function toFloats(halves: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return Float32Array.from(new Uint16Array(halves.buffer), halfToFloat);
}

/** The f16 of packed rows. */
function widenRows(packed: Uint8Array, columns: number, bits: number): Uint8Array<ArrayBuffer> {
  const rows = unpackRows(packed, columns, bits);
  return new Uint8Array(floatsToHalves(fromInt8Rows(rows, columns, bits)).buffer);
}
