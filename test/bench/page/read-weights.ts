import type { ReadFile } from "../../../runtime/weights.ts";

/** Reads the files of a weights folder at an address that ends with "/". */
export function readWeightsAt(address: string): ReadFile {
  return async (name) => {
    const response = await fetch(address + name);
    if (!response.ok) throw new Error(`${address}${name}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
}
