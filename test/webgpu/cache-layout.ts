/** The cache of keys and values as the kernels lay it out (shaders/query-key-value.wgsl), to and from row-major order. */
import type { Manifest } from "../../runtime/manifest.ts";

interface Room {
  readonly slots: number;
  readonly capacity: number;
}

function sizesOf({ languageModel: { dim, heads, kvHeads } }: Manifest, { capacity }: Room) {
  return { kvHeads, headDim: dim / heads, slotSize: 2 * kvHeads * capacity * (dim / heads) };
}

/** Index within a slot of a layer. */
function place(
  manifest: Manifest,
  room: Room,
  kind: number,
  head: number,
  position: number,
  d: number,
): number {
  const { kvHeads, headDim } = sizesOf(manifest, room);
  const start = (kind * kvHeads + head) * room.capacity * headDim;
  const isKey = kind === 0;
  return (
    start + (isKey ? (Math.floor(d / 4) * room.capacity + position) * 4 + (d % 4) : position * headDim + d)
  );
}

/** One layer's cache [slots, ...] -> [2, H, positions, K] of a slot. */
export function unpackCache(
  layer: Float32Array,
  manifest: Manifest,
  room: Room,
  slot: number,
  positions: number,
): number[] {
  const { kvHeads, headDim, slotSize } = sizesOf(manifest, room);
  const values: number[] = [];
  for (let kind = 0; kind < 2; kind++)
    for (let head = 0; head < kvHeads; head++)
      for (let position = 0; position < positions; position++)
        for (let d = 0; d < headDim; d++)
          values.push(layer[slot * slotSize + place(manifest, room, kind, head, position, d)] ?? NaN);
  return values;
}

/** [L, 2, H, positions, K] -> one slot's part of every layer's cache. */
export function packCache(cache: Float32Array, manifest: Manifest, room: Room) {
  const { kvHeads, headDim, slotSize } = sizesOf(manifest, room);
  const { layers } = manifest.languageModel;
  const positions = cache.length / (layers * 2 * kvHeads * headDim);
  let at = 0;
  return Array.from({ length: layers }, () => {
    const packed = new Float32Array(slotSize);
    for (let kind = 0; kind < 2; kind++)
      for (let head = 0; head < kvHeads; head++)
        for (let position = 0; position < positions; position++)
          for (let d = 0; d < headDim; d++)
            packed[place(manifest, room, kind, head, position, d)] = cache[at++] ?? NaN;
    return packed;
  });
}
