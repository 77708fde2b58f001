/** An adapter as one array of numbers, as an optimiser sees it: attentionA, attentionB, headA, headB end to end. */
import { adapterShapes } from "../adapter-shapes.ts";
import type { Adapter } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import { product } from "../product.ts";
import { fillGaussian } from "../voice/gaussian.ts";

const START_STREAM = 1;

/** The tensors of an adapter, as views of `values`. */
export function adapterOf(values: Float32Array, rank: number, manifest: Manifest): Adapter {
  const { attentionA, attentionB, headA, headB } = adapterShapes(rank, manifest);
  let offset = 0;
  const next = (shape: readonly number[]) => values.subarray(offset, (offset += product(shape)));
  return {
    rank,
    attentionA: next(attentionA),
    attentionB: next(attentionB),
    headA: next(headA),
    headB: next(headB),
  };
}

/** Adds an adapter's numbers, or a gradient's, times `scale` to `values`. */
export function addAdapter(values: Float32Array, adapter: Adapter, scale: number): void {
  let offset = 0;
  for (const tensor of [adapter.attentionA, adapter.attentionB, adapter.headA, adapter.headB]) {
    for (let i = 0; i < tensor.length; i++) {
      values[offset + i] = (values[offset + i] ?? 0) + scale * (tensor[i] ?? 0);
    }
    offset += tensor.length;
  }
}

/**
 * Where training begins: A parts are Gaussian of variance 1 / dim, B parts are 0, so that nothing is changed yet.
 * Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021.
 */
export function startValues(rank: number, manifest: Manifest, seed: number): Float32Array {
  const shapes = Object.values(adapterShapes(rank, manifest));
  const values = new Float32Array(shapes.reduce((sum, shape) => sum + product(shape), 0));
  const { attentionA: a, headA: h } = adapterOf(values, rank, manifest);
  const deviation = 1 / Math.sqrt(manifest.languageModel.dim);
  let firstIndex = 0;
  for (const part of [a, h]) {
    fillGaussian(part, { lo: seed, hi: 0 }, START_STREAM, firstIndex);
    for (let i = 0; i < part.length; i++) part[i] = (part[i] ?? 0) * deviation;
    firstIndex += part.length;
  }
  return values;
}
