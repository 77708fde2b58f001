import type { Adapter } from "../backend.ts";
import { AdapterError } from "../errors.ts";
import type { Manifest } from "../manifest.ts";
import { adapterSizes, MOST_RANK } from "./language-model-buffers.ts";

/** An adapter as the kernels read it, its ranks filled up with zeros to R = MOST_RANK. */
export interface PackedAdapter {
  /** Of every layer: A [4, R, dim], B [4, dim, R]. */
  readonly attention: readonly Float32Array<ArrayBuffer>[];
  /** A [R, dim], B [2 * D, R] */
  readonly head: Float32Array<ArrayBuffer>;
}

const ADAPTED_PROJECTIONS = 4;

/** @throws AdapterError when a tensor has another size than the model needs, or the rank is too high */
export function packAdapter(adapter: Adapter, manifest: Manifest): PackedAdapter {
  checkAdapter(adapter, manifest);
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

/** Copies [rows, rank] to [rows, MOST_RANK]. */
function setRows(target: Float32Array, offset: number, rows: Float32Array, rank: number): void {
  for (let row = 0; row * rank < rows.length; row++) {
    target.set(rows.subarray(row * rank, (row + 1) * rank), offset + row * MOST_RANK);
  }
}

function checkAdapter(adapter: Adapter, { languageModel, latentDim }: Manifest): void {
  const { dim, layers } = languageModel;
  const { rank } = adapter;
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= MOST_RANK)) {
    throw new AdapterError(
      `The adapter has rank ${rank}; the webgpu backend allows 1 to ${MOST_RANK}. Train the voice again with a lower rank.`,
    );
  }
  const shapes = {
    attentionA: [layers, ADAPTED_PROJECTIONS, rank, dim],
    attentionB: [layers, ADAPTED_PROJECTIONS, dim, rank],
    headA: [rank, dim],
    headB: [2 * latentDim, rank],
  };
  for (const [key, shape] of Object.entries(shapes) as [keyof typeof shapes, number[]][]) {
    const size = shape.reduce((product, each) => product * each, 1);
    if (adapter[key].length === size) continue;
    throw new AdapterError(
      `The adapter's ${key} has ${adapter[key].length} numbers; this model needs [${shape.join(", ")}] at rank ${rank}. ` +
        `It was trained for another model or is damaged: train the voice again.`,
    );
  }
}
