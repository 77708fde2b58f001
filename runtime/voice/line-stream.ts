/** Stream 0 belongs to the speaker latent; the noise of a line never uses it. */
const FIRST_LINE_STREAM = 1;
const GOLDEN_RATIO_32 = 0x9e3779b9;

const utf8 = new TextEncoder();

/** FNV-1a over the UTF-8 bytes of a text, u32. Source: Fowler, Noll and Vo, draft-eastlake-fnv. */
export function fnv1a32(text: string): number {
  return utf8.encode(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5) >>> 0;
}

/** The u32 noise stream of a sentence: the same words sound the same, another `take` (u32) reads them anew. */
export function lineStream(text: string, take: number): number {
  const stream = (FIRST_LINE_STREAM + (fnv1a32(text) ^ Math.imul(take, GOLDEN_RATIO_32))) >>> 0;
  return stream || FIRST_LINE_STREAM;
}
