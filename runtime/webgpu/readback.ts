import { BackendError } from "../errors.ts";
import type { Gpu } from "./gpu.ts";

/** A part of a buffer; both numbers are multiples of 4. */
export interface BufferRange {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** Brings results to the CPU, late and without anyone waiting, through buffers that are used again. */
export interface Readback {
  /**
   * Encodes the copies of some ranges.
   * @returns to be called once when they are submitted; resolves with the bytes of each range
   */
  copy(encoder: GPUCommandEncoder, ranges: readonly BufferRange[]): () => Promise<readonly ArrayBuffer[]>;
}

/** Free buffers that are kept; more results than this on their way at a time make buffers that are freed after use. */
const KEPT_BUFFERS = 4;
const SMALLEST_BUFFER_BYTES = 2 ** 12;

export function createReadback(gpu: Gpu): Readback {
  const free: GPUBuffer[] = [];
  const take = (bytes: number): GPUBuffer => {
    const index = free.findIndex(({ size }) => size >= bytes);
    const [found] = index === -1 ? [] : free.splice(index, 1);
    if (found !== undefined) return found;
    const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, SMALLEST_BUFFER_BYTES)));
    return gpu.buffer("readback", size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  };
  const giveBack = (buffer: GPUBuffer): void => {
    free.push(buffer);
    free.sort((a, b) => a.size - b.size);
    const [smallest] = free;
    if (free.length <= KEPT_BUFFERS || smallest === undefined) return;
    free.shift();
    gpu.free(smallest);
  };
  return {
    copy(encoder, ranges) {
      const total = ranges.reduce((sum, { bytes }) => sum + bytes, 0);
      const staging = take(total);
      let end = 0;
      for (const { buffer, offset, bytes } of ranges) {
        encoder.copyBufferToBuffer(buffer, offset, staging, end, bytes);
        end += bytes;
      }
      return async () => {
        try {
          await staging.mapAsync(GPUMapMode.READ, 0, total);
        } catch (cause) {
          throw new BackendError("The GPU was lost while it computed. Create a new synthesizer.", { cause });
        }
        const mapped = staging.getMappedRange(0, total);
        let start = 0;
        const results = ranges.map(({ bytes }) => mapped.slice(start, (start += bytes)));
        staging.unmap();
        giveBack(staging);
        return results;
      };
    },
  };
}
