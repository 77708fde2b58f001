import { parseManifest } from "../../runtime/manifest.ts";
import { parseSeed, type Seed } from "../../runtime/voice/seed.ts";
import { readShipped, tinyManifest } from "../onnx/tiny-weights.ts";

const { audible: _heard, ...whitenedTiny } = (await tinyManifest()).speaker;

export const tiny = whitenedTiny;

const audibleShipped = parseManifest(new TextDecoder().decode(await readShipped("manifest.json"))).speaker;

const { audible: _audible, ...whitenedShipped } = audibleShipped;

/** The shipped space with all of its directions: distances are those of whitened latents. */
export const shipped = whitenedShipped;

/** Both speaker spaces, for `describe.each`. */
export const SPACES = [
  ["tiny", tiny],
  ["shipped", shipped],
] as const;

/** Seeds spread over all 64 bits. */
export function seeds(count: number): Seed[] {
  return Array.from({ length: count }, (_, n) => parseSeed((BigInt(n) * 0x9e3779b97f4a7c15n) % 2n ** 64n));
}
