/**
 * Matrices as signed bytes, as shaders/weights-int8.wgsl reads them. A row is the f32 of its largest magnitude, then a byte for
 * each weight: weight = byte / 127 * largest magnitude. Rows of fewer bits have smaller numbers in the same bytes (31 in place
 * of 127 with 6 bits); packed-rows.ts makes them smaller.
 */

/** Of the number in front of a row. */
export const SCALE_BYTES = 4;

/** Bytes of a row of so many weights, a multiple of 4 if they are. */
export function int8RowBytes(columns: number): number {
  return SCALE_BYTES + columns;
}

/**
 * Rounds rows of `columns` weights to whole numbers of so many bits, 8 or fewer. The error of a weight is at most half a step: 1 / 254
 * (with 6 bits 1 / 62) of the largest magnitude of its row.
 */
export function toInt8Rows(values: Float32Array, columns: number, bits = 8): Uint8Array<ArrayBuffer> {
  const rowBytes = int8RowBytes(columns);
  const rows = values.length / columns;
  const packed = new Uint8Array(rows * rowBytes);
  const view = new DataView(packed.buffer);
  for (let row = 0; row < rows; row++) {
    const weights = values.subarray(row * columns, (row + 1) * columns);
    let largest = 0;
    for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
    const factor = largest === 0 ? 0 : largestNumber(bits) / largest;
    const bytes = new Int8Array(packed.buffer, row * rowBytes + SCALE_BYTES, columns);
    view.setFloat32(row * rowBytes, largest, true);
    for (let k = 0; k < columns; k++) bytes[k] = Math.floor((weights[k] ?? 0) * factor + 0.5);
  }
  return packed;
}

/** The weights that kernels read, of rows of so many bits. */
export function fromInt8Rows(
  packed: Uint8Array<ArrayBuffer>,
  columns: number,
  bits = 8,
): Float32Array<ArrayBuffer> {
  const rowBytes = int8RowBytes(columns);
  const rows = packed.length / rowBytes;
  const most = largestNumber(bits);
  const view = new DataView(packed.buffer, packed.byteOffset);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const largest = view.getFloat32(row * rowBytes, true);
    const bytes = new Int8Array(packed.buffer, packed.byteOffset + row * rowBytes + SCALE_BYTES, columns);
    for (let k = 0; k < columns; k++) values[row * columns + k] = ((bytes[k] ?? 0) / most) * largest;
  }
  return values;
}

function largestNumber(bits: number): number {
  return 2 ** (bits - 1) - 1;
}
