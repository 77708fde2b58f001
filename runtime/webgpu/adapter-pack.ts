import { ADAPTED_PROJECTIONS } from "../adapter-shapes.ts";
import type { Adapter } from "../backend.ts";
import { checkAdapter } from "../check-calls.ts";
import { AdapterError } from "../errors.ts";
import type { ModelManifest } from "../manifest.ts";
import { adapterSizes, MOST_RANK } from "./language-model-buffers.ts";

/** An adapter as the kernels read it, its ranks filled up with zeros to R = MOST_RANK. */
export interface PackedAdapter {
  /** Of every layer: A [4, R, dim], B [4, dim, R]. */
  readonly attention: readonly Float32Array<ArrayBuffer>[];
  /** A [R, dim], B [2 * D, R] */
  readonly head: Float32Array<ArrayBuffer>;
}

/** @throws AdapterError when a tensor has another size than the model needs, or the rank is too high */
export function packAdapter(adapter: Adapter, manifest: ModelManifest): PackedAdapter {
  checkPackable(adapter, manifest);
  const { languageModel, latentDim } = manifest;
  const { dim, layers } = languageModel;
  const { rank, attentionA, attentionB, headA, headB } = adapter;
  const sizes = adapterSizes(manifest);
  const attention = Array.from({ length: layers }, (_, layer) => {
    const packed = new Float32Array(sizes.attention);
    for (let projection = 0; projection < ADAPTED_PROJECTIONS; projection++) {
      const part = layer * ADAPTED_PROJECTIONS + projection;
      const a = attentionA.subarray(part * rank * dim, (part + 1) * rank * dim);
      const b = attentionB.subarray(part * dim * rank, (part + 1) * dim * rank);
      packed.set(a, projection * MOST_RANK * dim);
      setRows(packed, (ADAPTED_PROJECTIONS + projection) * MOST_RANK * dim, b, rank);
    }
    return packed;
  });
  const head = new Float32Array(sizes.head);
  head.set(headA);
  setRows(head, MOST_RANK * dim, headB.subarray(0, 2 * latentDim * rank), rank);
  return { attention, head };
}

/**
 * The way back, without the filled-up ranks.
 * @param packed of every layer A and B, then the head's
 */
export function unpackAdapter(packed: Float32Array, rank: number, manifest: ModelManifest): Adapter {
  const { languageModel, latentDim } = manifest;
  const { dim, layers } = languageModel;
  const sizes = adapterSizes(manifest);
  const part = rank * dim; // numbers of one A or B
  const adapter = {
    rank,
    attentionA: new Float32Array(layers * ADAPTED_PROJECTIONS * part),
    attentionB: new Float32Array(layers * ADAPTED_PROJECTIONS * part),
    headA: new Float32Array(part),
    headB: new Float32Array(2 * latentDim * rank),
  };
  for (let layer = 0; layer < layers; layer++) {
    for (let projection = 0; projection < ADAPTED_PROJECTIONS; projection++) {
      const a = layer * sizes.attention + projection * MOST_RANK * dim;
      const b = a + ADAPTED_PROJECTIONS * MOST_RANK * dim;
      const at = (layer * ADAPTED_PROJECTIONS + projection) * part;
      adapter.attentionA.set(packed.subarray(a, a + part), at);
      adapter.attentionB.set(firstRanks(packed.subarray(b), dim, rank), at);
    }
  }
  const head = packed.subarray(layers * sizes.attention);
  adapter.headA.set(head.subarray(0, part));
  adapter.headB.set(firstRanks(head.subarray(MOST_RANK * dim), 2 * latentDim, rank));
  return adapter;
}

/** [rows, MOST_RANK] to [rows, rank] */
function firstRanks(packed: Float32Array, rows: number, rank: number): Float32Array {
  return Float32Array.from(
    { length: rows * rank },
    (_, at) => packed[Math.floor(at / rank) * MOST_RANK + (at % rank)] ?? 0,
  );
}

/** Copies [rows, rank] to [rows, MOST_RANK]. */
function setRows(target: Float32Array, offset: number, rows: Float32Array, rank: number): void {
  for (let row = 0; row * rank < rows.length; row++) {
    target.set(rows.subarray(row * rank, (row + 1) * rank), offset + row * MOST_RANK);
  }
}

/** @throws AdapterError when a tensor has another size than the model needs, or the rank is too high */
export function checkPackable(adapter: Adapter, manifest: ModelManifest): void {
  checkAdapter(adapter, manifest);
  const { rank } = adapter;
  if (rank <= MOST_RANK) return;
  throw new AdapterError(
    `The adapter has rank ${rank}; the webgpu backend allows 1 to ${MOST_RANK}. Train the voice again with a lower rank.`,
  );
}
