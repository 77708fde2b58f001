import type { Gpu } from "./gpu.ts";

/** Frees the buffers that belong to something. */
export interface Freeable {
  readonly free: () => void;
}

/** Lets `make` create something on a Gpu whose buffers are freed together: by its `free`, or when `make` throws. */
export async function createFreeable<T extends object>(
  gpu: Gpu,
  make: (scoped: Gpu) => Promise<T>,
): Promise<T & Freeable> {
  const made: GPUBuffer[] = [];
  const free = () => made.splice(0).forEach(gpu.free);
  const buffer: Gpu["buffer"] = (name, bytes, usage) => {
    const created = gpu.buffer(name, bytes, usage);
    made.push(created);
    return created;
  };
  try {
    return { ...(await make({ ...gpu, buffer })), free };
  } catch (error) {
    free();
    throw error;
  }
}
