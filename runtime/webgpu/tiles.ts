/**
 * Matrix kernels of the language model work on tiles of columns (shaders/columns.wgsl). Steps have one column a voice and
 * use the smallest tile that holds them all; the prefix of a sentence has one column a symbol and uses the largest.
 */
import type { Dispatch, Gpu, Kernel, KernelOptions } from "./gpu.ts";

export interface Tiling {
  /** Columns of a tile. */
  readonly tile: number;
  readonly tiles: number;
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

export interface TiledWork {
  readonly label: string;
  readonly kernel: TiledKernel;
  readonly buffers: readonly (GPUBuffer | GPUBufferBinding)[];
  /** Workgroups of one tile. */
  readonly workgroups: number;
  /** Of the matrices, which every tile reads once. */
  readonly weightBytes: number;
  /** Multiplications and additions of one column. */
  readonly flopsPerColumn: number;
  readonly bytesPerColumn: number;
}

/** Prepares a kernel's bind group; what comes back gives its dispatch for any tiling it was compiled for. */
export function prepareTiled(gpu: Gpu, work: TiledWork): (tiling: Tiling) => Dispatch {
  const { label, kernel, workgroups, weightBytes, flopsPerColumn, bytesPerColumn } = work;
  const [any] = kernel.values();
  if (any === undefined) throw new RangeError(`${label} was compiled for no tile.`);
  const bindings = gpu.bind(any, work.buffers);
  return ({ tile, tiles }) => {
    const compiled = kernel.get(tile);
    if (compiled === undefined)
      throw new RangeError(`${label} was not compiled for tiles of ${tile} columns.`);
    return {
      label,
      kernel: compiled,
      bindings,
      workgroups: [workgroups, tiles, 1],
      flops: flopsPerColumn * tile * tiles,
      bytes: (weightBytes + bytesPerColumn * tile) * tiles,
    };
  };
}
