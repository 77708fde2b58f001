import { parseManifest } from "../../runtime/manifest.ts";
import { parseSeed, type Seed } from "../../runtime/voice/seed.ts";
import { readShipped, tinyManifest } from "../onnx/tiny-weights.ts";

export const { speaker: tiny } = await tinyManifest();

export const { speaker: shipped } = parseManifest(
  new TextDecoder().decode(await readShipped("manifest.json")),
);

/** Both speaker spaces, for `describe.each`. */
export const SPACES = [
  ["tiny", tiny],
  ["shipped", shipped],
] as const;

/** Seeds spread over all 64 bits. */
export function seeds(count: number): Seed[] {
  return Array.from({ length: count }, (_, n) => parseSeed((BigInt(n) * 0x9e3779b97f4a7c15n) % 2n ** 64n));
}
