/** A 64-bit voice seed as two u32 halves: the whole identity of a voice, and the key of its noise. */
export interface Seed {
  readonly lo: number;
  readonly hi: number;
}

/** Decimal or `0x` hexadecimal text, a whole number below 2^53, a bigint below 2^64, or a seed already read. */
export type SeedLike = string | number | bigint | Seed;

const TOO_LARGE = 1n << 64n;

/**
 * Reads a seed.
 * @throws RangeError when it is not a whole number from 0 to 2^64 - 1, or a number too large to be exact (>= 2^53)
 */
export function parseSeed(given: SeedLike): Seed {
  const value = toBigInt(given);
  if (value === undefined || value < 0n || value >= TOO_LARGE) {
    throw new RangeError(
      `Seed ${shown(given)} is not a voice. Allowed: a whole number from 0 to 2^64 - 1 as decimal or 0x hexadecimal ` +
        `text, a bigint or u32 halves { lo, hi }, or a number below 2^53.`,
    );
  }
  return { lo: Number(value & 0xffffffffn), hi: Number(value >> 32n) };
}

function shown(given: SeedLike): string {
  return typeof given === "bigint" || typeof given === "number" ? String(given) : JSON.stringify(given);
}

function toBigInt(given: SeedLike): bigint | undefined {
  if (typeof given === "bigint") return given;
  if (typeof given === "number") return Number.isSafeInteger(given) ? BigInt(given) : undefined;
  if (typeof given === "object") return isU32(given.lo) && isU32(given.hi) ? joinHalves(given) : undefined;
  const digits = given.trim();
  return /^(?:\d{1,20}|0x[\da-f]{1,16})$/i.test(digits) ? BigInt(digits) : undefined;
}

function isU32(value: number): boolean {
  return value >>> 0 === value;
}

function joinHalves({ lo, hi }: Seed): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo);
}
