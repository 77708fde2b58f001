import { isBase64 } from "./latent-text.ts";
import { parseSeed, type SeedLike } from "./seed.ts";
import { VOICE_RECORD_VERSION, type VoiceRecord } from "./voice-record.ts";
import { checkWish, type VoiceWish } from "./voice-wish.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What each key must be. */
const CHECKS: Readonly<Record<keyof VoiceRecord, readonly [(value: unknown) => boolean, string]>> = {
  version: [(value) => value === VOICE_RECORD_VERSION, `${VOICE_RECORD_VERSION}`],
  space: [(value) => typeof value === "string" && /^[\da-f]{16}$/.test(value), "16 hexadecimal digits"],
  seed: [isSeedText, "a seed as 0x hexadecimal text"],
  wish: [(value) => value === undefined || isRecord(value), "an object, or no such key"],
  latent: [
    (value) => value === undefined || (typeof value === "string" && isBase64(value)),
    "base64 text, or no such key",
  ],
  traits: [isTraits, "pitch in Hz, size and pace above 0, and brightness, as 4 numbers"],
};

/**
 * Reads a stored voice: JSON text, or what it parsed to (such as `node.metadata.voice`).
 * @throws RangeError naming the key, what was given and what is allowed
 */
export function readVoiceRecord(stored: unknown): VoiceRecord {
  const fields = typeof stored === "string" ? parseJson(stored) : stored;
  if (!isRecord(fields)) refuse("", fields, "an object");
  const unknown = Object.keys(fields).find((key) => !Object.hasOwn(CHECKS, key));
  if (unknown !== undefined)
    refuse(unknown, fields[unknown], `no such key, only ${Object.keys(CHECKS).join(", ")}`);
  for (const [key, [holds, allowed]] of Object.entries(CHECKS)) {
    if (!holds(fields[key])) refuse(key, fields[key], allowed);
  }
  if (fields["wish"] !== undefined) checkWish(fields["wish"] as VoiceWish);
  return fields as unknown as VoiceRecord;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new RangeError(
      `The stored voice is not JSON (it starts with ${JSON.stringify(json.slice(0, 40))}). Store the voice again.`,
      { cause },
    );
  }
}

function refuse(key: string, given: unknown, allowed: string): never {
  const what = key === "" ? "The stored voice" : `"${key}" of the stored voice`;
  const shown = given === undefined ? "missing" : JSON.stringify(given).slice(0, 60);
  throw new RangeError(
    `${what} is ${shown}; allowed: ${allowed}. It is damaged or of another version: store the voice again.`,
  );
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSeedText(value: unknown): boolean {
  try {
    return typeof value === "string" && value.startsWith("0x") && parseSeed(value as SeedLike) !== undefined;
  } catch {
    return false;
  }
}

function isTraits(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 4 &&
    value.every((each) => typeof each === "number" && Number.isFinite(each)) &&
    value.slice(0, 3).every((each: number) => each > 0)
  );
}
