/** Kernels over all columns of a line, cut so that no dispatch is longer than a slice may be. */
import type { Dispatch, Gpu, Kernel } from "./gpu.ts";
import { SLICE_BYTES, SLICE_FLOPS } from "./slices.ts";
import { prepare, PREFIX_TILE, tilingOfPrefix, type Bound, type ColumnWork, type Tiling } from "./tiles.ts";

/** The dispatches for a line of so many columns. */
export type LinePart = (columns: number) => readonly Dispatch[];

/** Offsets of bindings are multiples of this on every device. */
const OFFSET_BYTES = 256;

/** Bind groups for later columns are made when a line first needs them. */
export function prepareLinePart(gpu: Gpu, work: ColumnWork): LinePart {
  const prepared = new Map<number, (tiling: Tiling) => Dispatch>();
  const from = (first: number) => {
    const part = prepared.get(first) ?? prepare(gpu, work, first);
    prepared.set(first, part);
    return part;
  };
  from(0);
  return (columns) => {
    const most = columnsOfSlice(work, columns);
    return Array.from({ length: Math.ceil(columns / most) }, (_, index) => {
      const first = index * most;
      const tiling = tilingOfPrefix(Math.min(most, columns - first));
      return from(first)({ ...tiling, span: columns });
    });
  };
}

function columnsOfSlice(work: ColumnWork, columns: number): number {
  const grain = grainOf(work);
  const { flops, bytes } = work.call({ ...tilingOfPrefix(grain), span: columns });
  const grains = Math.floor(Math.min(SLICE_FLOPS / flops, SLICE_BYTES / bytes));
  return Math.min(columns, grain * Math.max(1, grains));
}

/** The fewest whole tiles after which all buffers may be bound. */
function grainOf({ buffers }: ColumnWork): number {
  const isBindable = (columns: number) =>
    buffers.every((each) => !("bytes" in each) || (each.bytes * columns) % OFFSET_BYTES === 0);
  let grain = PREFIX_TILE;
  while (!isBindable(grain)) grain *= 2; // at most 64, since rows are whole words
  return grain;
}

/** A kernel that takes `workgroups` for every column, or for all of them together, and costs so much a column. */
export interface PlainWork {
  readonly label: string;
  readonly kernel: Kernel;
  readonly buffers: readonly Bound[];
  readonly workgroups: (columns: number) => readonly [number, number, number];
  readonly flopsPerColumn: number;
  readonly bytesPerColumn: number;
}

/** A kernel that is cheap enough to take the whole line at once. */
export function preparePlain(gpu: Gpu, work: PlainWork): LinePart {
  const { label, kernel, buffers, workgroups, flopsPerColumn, bytesPerColumn } = work;
  const call = ({ span = 0 }: Tiling) => ({
    kernel,
    workgroups: workgroups(span),
    flops: flopsPerColumn * span,
    bytes: bytesPerColumn * span,
  });
  const part = prepare(gpu, { label, anyKernel: kernel, buffers, call });
  return (columns) => [part({ ...tilingOfPrefix(columns), span: columns })];
}
