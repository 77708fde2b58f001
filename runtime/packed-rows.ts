/**
 * Rows of signed bytes (int8-rows.ts) without the bits they do not need, as shrunken weights hold them (shrink.ts). A row is its
 * f32, then of every number the lowest `bits` bits (two's complement) as one stream that fills each byte from its lowest bit
 * up, and zeros to the end of the last byte. Rows of 8 bits stay as they are.
 */
import { int8RowBytes, SCALE_BYTES } from "./int8-rows.ts";

/** Bytes of a packed row of so many weights. */
export function packedRowBytes(columns: number, bits: number): number {
  return SCALE_BYTES + Math.ceil((columns * bits) / 8);
}

/** @param rows as toInt8Rows gives them for so many bits */
export function packRows(rows: Uint8Array, columns: number, bits: number): Uint8Array<ArrayBuffer> {
  return repack(rows, int8RowBytes(columns), packedRowBytes(columns, bits), (row, packed) => {
    const mask = 2 ** bits - 1;
    let [held, heldBits, at] = [0, 0, 0];
    for (const byte of row) {
      held |= (byte & mask) << heldBits;
      heldBits += bits;
      if (heldBits < 8) continue;
      packed[at++] = held;
      held >>= 8;
      heldBits -= 8;
    }
    if (heldBits > 0) packed[at] = held;
  });
}

/** The rows that were packed. */
export function unpackRows(packed: Uint8Array, columns: number, bits: number): Uint8Array<ArrayBuffer> {
  return repack(packed, packedRowBytes(columns, bits), int8RowBytes(columns), (packedRow, row) => {
    const others = 32 - bits;
    let [held, heldBits, at] = [0, 0, 0];
    for (let k = 0; k < columns; k++) {
      if (heldBits < bits) {
        held |= (packedRow[at++] ?? 0) << heldBits;
        heldBits += 8;
      }
      row[k] = (held << others) >> others; // the highest of the bits is the sign
      held >>= bits;
      heldBits -= bits;
    }
  });
}

/** Rows of other sizes: their scales stay, what is behind them is written anew. */
function repack(
  given: Uint8Array,
  givenBytes: number,
  wantedBytes: number,
  write: (given: Uint8Array, wanted: Uint8Array) => void,
): Uint8Array<ArrayBuffer> {
  const rows = given.length / givenBytes;
  const wanted = new Uint8Array(rows * wantedBytes);
  for (let row = 0; row < rows; row++) {
    const from = given.subarray(row * givenBytes, (row + 1) * givenBytes);
    const to = wanted.subarray(row * wantedBytes, (row + 1) * wantedBytes);
    to.set(from.subarray(0, SCALE_BYTES));
    write(from.subarray(SCALE_BYTES), to.subarray(SCALE_BYTES));
  }
  return wanted;
}
