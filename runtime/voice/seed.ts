/** A 64-bit voice seed as two u32 halves: the whole identity of a voice, and the key of its noise. */
export interface Seed {
  readonly lo: number;
  readonly hi: number;
}

const BITS = 64n;
const TOO_LARGE = 1n << BITS;

/**
 * Reads a seed from decimal or `0x` hexadecimal text, a whole number or a bigint.
 * @throws RangeError when it is not a whole number from 0 to 2^64 - 1, or a number too large to be exact (>= 2^53)
 */
export function parseSeed(given: string | number | bigint): Seed {
  const value = toBigInt(given);
  if (value === undefined || value < 0n || value >= TOO_LARGE) {
    throw new RangeError(
      `Seed ${typeof given === "string" ? JSON.stringify(given) : given} is not a voice. Allowed: a whole number ` +
        `from 0 to 2^64 - 1 as decimal or 0x hexadecimal text or a bigint, or a number below 2^53.`,
    );
  }
  return { lo: Number(value & 0xffffffffn), hi: Number(value >> 32n) };
}

function toBigInt(given: string | number | bigint): bigint | undefined {
  if (typeof given === "bigint") return given;
  if (typeof given === "number") return Number.isSafeInteger(given) ? BigInt(given) : undefined;
  const digits = given.trim();
  return /^(?:\d{1,20}|0x[\da-f]{1,16})$/i.test(digits) ? BigInt(digits) : undefined;
}
