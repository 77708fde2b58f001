/**
 * What slices will cost. The price of a kind is its milliseconds relative to a slow reference device, whose time follows
 * from flops and bytes. A price rises quickly and falls slowly: to pay too much costs a little throughput, to pay too
 * little costs the game a frame.
 */
import type { Slice } from "../backend.ts";

/** A device at the lower end of what is supported. */
const REFERENCE_FLOPS_PER_MS = 2e8;
const REFERENCE_BYTES_PER_MS = 1e7;

/** Relative price of a kind never seen, unless others are dearer. */
const FIRST_PRICE = 1;
const SMALLEST_PRICE = 1e-3;

/** Part of the way to a new observation. */
const RISE = 0.5;
const FALL = 0.03;

export interface CostModel {
  /** Milliseconds that a slice is expected to take. */
  price(slice: Slice): number;
  /** Learns from slices that took `elapsedMs` together; nothing from times that are no number. */
  learn(slices: readonly Slice[], elapsedMs: number): void;
}

export function createCostModel(): CostModel {
  const priceOfKind = new Map<string, number>();
  const priceOf = (kind: string) => priceOfKind.get(kind) ?? Math.max(FIRST_PRICE, ...priceOfKind.values());
  const price = (slice: Slice) => priceOf(slice.kind) * referenceMs(slice);
  return {
    price,
    learn(slices, elapsedMs) {
      const expected = slices.reduce((sum, slice) => sum + price(slice), 0);
      if (!(elapsedMs >= 0 && elapsedMs < Infinity) || expected === 0) return;
      const ratio = elapsedMs / expected;
      for (const kind of new Set(slices.map((slice) => slice.kind))) {
        const before = priceOf(kind);
        const step = ratio > 1 ? RISE : FALL;
        priceOfKind.set(kind, Math.max(SMALLEST_PRICE, before * (1 + step * (ratio - 1))));
      }
    },
  };
}

function referenceMs({ flops, bytes }: Slice): number {
  return Math.max(flops / REFERENCE_FLOPS_PER_MS, bytes / REFERENCE_BYTES_PER_MS);
}
