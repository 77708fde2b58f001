/**
 * Matrix kernels of the language model work on tiles of columns (shaders/columns.wgsl). Steps have one column a voice and
 * use the smallest tile that holds them all; the prefix of a sentence has one column a symbol and uses the largest.
 */
import type { Dispatch, Gpu, Kernel, KernelOptions } from "./gpu.ts";

export interface Tiling {
  /** Columns of a tile. */
  readonly tile: number;
  readonly tiles: number;
  /** Positions a column sees at most, all of one slot; left out where the CPU does not know, or columns are of many slots. */
  readonly span?: number;
}

const STEP_TILES = [1, 2, 4, 8] as const;
const LARGEST_STEP_TILE = 8;
export const PREFIX_TILE = 16;

export function tilingOfVoices(voices: number): Tiling {
  const tile = STEP_TILES.find((each) => each >= voices) ?? LARGEST_STEP_TILE;
  return { tile, tiles: Math.ceil(voices / tile) };
}

export function tilingOfPrefix(columns: number): Tiling {
  return { tile: PREFIX_TILE, tiles: Math.ceil(columns / PREFIX_TILE) };
}

/** Tiles of the steps of up to so many voices. */
export function stepTiles(voices: number): readonly number[] {
  return STEP_TILES.filter((tile) => tile < 2 * voices);
}

/** A kernel compiled for several tiles. */
export type TiledKernel = ReadonlyMap<number, Kernel>;

export async function createTiledKernel(
  gpu: Gpu,
  name: string,
  options: KernelOptions,
  tiles: readonly number[],
): Promise<TiledKernel> {
  const compile = async (tile: number) => {
    const sizes = { ...options.sizes, COLUMNS: tile };
    return [tile, await gpu.kernel(name, { ...options, sizes })] as const;
  };
  return new Map(await Promise.all(tiles.map(compile)));
}

/** What every column has of a buffer, one column after the other. */
export interface ColumnRows {
  readonly buffer: GPUBuffer;
  /** Of one column. */
  readonly bytes: number;
}

export type Bound = GPUBuffer | GPUBufferBinding | ColumnRows;

/** A kernel over columns, and what it is bound to. */
export interface ColumnWork {
  readonly label: string;
  /** Of the shader, whatever its constants. */
  readonly anyKernel: Kernel;
  readonly buffers: readonly Bound[];
  readonly call: (tiling: Tiling) => Pick<Dispatch, "kernel" | "workgroups" | "flops" | "bytes">;
}

/** Makes the bind group of a work; what comes back gives its dispatch for so many columns from `firstColumn` on. */
export function prepare(gpu: Gpu, work: ColumnWork, firstColumn = 0): (tiling: Tiling) => Dispatch {
  const { label, anyKernel, buffers, call } = work;
  const bindings = gpu.bind(
    anyKernel,
    buffers.map((each) =>
      "bytes" in each ? { buffer: each.buffer, offset: firstColumn * each.bytes } : each,
    ),
  );
  return (tiling) => ({ label, bindings, ...call(tiling) });
}

export interface TiledProduct {
  readonly label: string;
  readonly kernel: TiledKernel;
  readonly buffers: readonly Bound[];
  /** Workgroups of one tile. */
  readonly workgroups: number;
  /** Of the matrices, which every tile reads once. */
  readonly weightBytes: number;
  /** Multiplications and additions of one column. */
  readonly flopsPerColumn: number;
  readonly bytesPerColumn: number;
}

/** The work of a kernel for any tiling it was compiled for. */
export function tiledWork(product: TiledProduct): ColumnWork {
  const { label, kernel, buffers, workgroups, weightBytes, flopsPerColumn, bytesPerColumn } = product;
  const [anyKernel] = kernel.values();
  if (anyKernel === undefined) throw new RangeError(`${label} was compiled for no tile.`);
  const call = ({ tile, tiles }: Tiling) => {
    const compiled = kernel.get(tile);
    if (compiled === undefined)
      throw new RangeError(`${label} was not compiled for tiles of ${tile} columns.`);
    return {
      kernel: compiled,
      workgroups: [workgroups, tiles, 1] as const,
      flops: flopsPerColumn * tile * tiles,
      bytes: (weightBytes + bytesPerColumn * tile) * tiles,
    };
  };
  return { label, anyKernel, buffers, call };
}
