/**
 * Tensor files of half the size: the matrices of f16 as int8 rows (int8-rows.ts), widened again when they are loaded, so that
 * neither graphs nor kernels know of it. A shrunken file is the mark, the safetensors header as it was, and the tensors in
 * its order. Its matrices are off by at most 1 / 254 of the largest magnitude of their row.
 */
import { WeightsError } from "./errors.ts";
import { floatsToHalves, halfToFloat } from "./half.ts";
import { fromInt8Rows, int8RowBytes, toInt8Rows } from "./int8-rows.ts";
import { joinBytes } from "./join.ts";
import { product } from "./product.ts";
import { readTensorEntries, type TensorEntry } from "./safetensors.ts";

const MARK = new TextEncoder().encode("KALLINT8");

/**
 * @param bytes a safetensors file
 * @param name what it is, for messages
 * @throws WeightsError when its header is not valid
 */
export function shrinkTensors(bytes: Uint8Array<ArrayBuffer>, name: string): Uint8Array<ArrayBuffer> {
  const { entries, headerBytes } = readTensorEntries(bytes, name);
  const tensors = entries.map((entry) => {
    const [begin, end] = entry.data_offsets;
    const tensor = bytes.slice(headerBytes + begin, headerBytes + end);
    return isMatrix(entry) ? toInt8Rows(toFloats(tensor), columnsOf(entry)) : tensor;
  });
  return joinBytes([MARK, bytes.subarray(0, headerBytes), ...tensors]);
}

/**
 * The safetensors file that a shrunken file stands for; any other file as it is.
 * @param name what it is, for messages
 * @throws WeightsError when it is marked as shrunken and is not whole
 */
export function widenTensors(bytes: Uint8Array<ArrayBuffer>, name: string): Uint8Array<ArrayBuffer> {
  if (!MARK.every((byte, index) => bytes[index] === byte)) return bytes;
  const shrunken = bytes.subarray(MARK.length);
  const { entries, headerBytes } = readTensorEntries(shrunken, name);
  const needed = headerBytes + entries.reduce((sum, entry) => sum + shrunkenBytes(entry), 0);
  if (needed !== shrunken.length) {
    throw new WeightsError(
      `${name} has ${bytes.length} bytes, its header asks for ${MARK.length + needed}. Shrink the weights again.`,
    );
  }
  let offset = headerBytes;
  const tensors = entries.map((entry) => {
    const tensor = shrunken.slice(offset, (offset += shrunkenBytes(entry)));
    return isMatrix(entry) ? toHalves(fromInt8Rows(tensor, columnsOf(entry))) : tensor;
  });
  return joinBytes([shrunken.subarray(0, headerBytes), ...tensors]);
}

function isMatrix({ dtype, shape }: TensorEntry): boolean {
  return dtype === "F16" && shape.length > 1;
}

/** Of a matrix, or of a kernel [outputs, ...], whose row is all that makes one output. */
function columnsOf({ shape }: TensorEntry): number {
  return product(shape.slice(1));
}

function shrunkenBytes(entry: TensorEntry): number {
  const [begin, end] = entry.data_offsets;
  return isMatrix(entry) ? (entry.shape[0] ?? 0) * int8RowBytes(columnsOf(entry)) : end - begin;
}

function toFloats(halves: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return Float32Array.from(new Uint16Array(halves.buffer), halfToFloat);
}

function toHalves(floats: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(floatsToHalves(floats).buffer);
}
