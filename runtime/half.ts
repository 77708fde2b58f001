/** IEEE 754 binary16, the format of the shipped weights. */

/** Bits -> number. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const SMALLEST_NORMAL = 2 ** -14;
const LARGEST = 65504;

/** Of f32: 2^-14, 2^16, and what its exponent's bias is larger by than that of a half. */
const SMALLEST_NORMAL_BITS = 0x38800000;
const INFINITE_BITS = 0x47800000;
const REBIAS = 0x38000000;

/** Number -> bits of the nearest half, ties to even; beyond the largest half: infinity. */
export function floatToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude < SMALLEST_NORMAL) return sign | roundToEven(magnitude * 2 ** 24);
  if (magnitude >= LARGEST + 16) return sign | 0x7c00;
  const exponent = Math.floor(Math.log2(magnitude));
  return sign | (((exponent + 14) << 10) + roundToEven(magnitude * 2 ** (10 - exponent)));
}

/** The same for many f32, which are rounded by their bits. */
export function floatsToHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(bits.length);
  for (let at = 0; at < halves.length; at++) {
    const each = bits[at] ?? 0;
    const magnitude = each & 0x7fffffff;
    const rebiased = magnitude - REBIAS;
    halves[at] =
      magnitude < SMALLEST_NORMAL_BITS || magnitude >= INFINITE_BITS
        ? floatToHalf(values[at] ?? 0)
        : ((each >>> 16) & 0x8000) | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  return halves;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
