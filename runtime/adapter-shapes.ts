import type { Adapter } from "./backend.ts";
import type { ModelManifest } from "./manifest.ts";

/** Projections of a layer that an adapter changes: query, key, value, output. */
export const ADAPTED_PROJECTIONS = 4;

export type AdapterShapes = Readonly<Record<keyof Omit<Adapter, "rank">, readonly number[]>>;

/** The shapes of an adapter's tensors, as backend.ts names them, in the order in which they are stored and counted. */
export function adapterShapes(rank: number, { languageModel, latentDim }: ModelManifest): AdapterShapes {
  const { layers, dim } = languageModel;
  return {
    attentionA: [layers, ADAPTED_PROJECTIONS, rank, dim],
    attentionB: [layers, ADAPTED_PROJECTIONS, dim, rank],
    headA: [rank, dim],
    headB: [2 * latentDim, rank],
  };
}
