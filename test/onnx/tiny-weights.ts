import { readFile } from "node:fs/promises";
import { parseManifest, type Manifest } from "../../runtime/manifest.ts";
import { parseSafetensors, type SafeTensor } from "../../runtime/safetensors.ts";

/** A random model of the tiny geometry; `python3 weights/recipe/export.py --tiny --temperature 0.3 --out test/fixtures/tiny` makes it. */
const FOLDER = new URL("../fixtures/tiny/", import.meta.url);

/** The model the repository ships. */
const SHIPPED = new URL("../../weights/small/", import.meta.url);

export async function readTiny(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(new URL(name, FOLDER)));
}

export async function readShipped(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(new URL(name, SHIPPED)));
}

export async function tinyManifestJson(): Promise<string> {
  return new TextDecoder().decode(await readTiny("manifest.json"));
}

export async function tinyManifest(): Promise<Manifest> {
  return parseManifest(await tinyManifestJson());
}

/** Inputs and outputs the recipe's PyTorch model gave, by name. */
export async function readGolden(name: string, read = readTiny): Promise<(key: string) => SafeTensor> {
  const { tensors } = parseSafetensors(await read(`golden/${name}.safetensors`), name);
  return (key) => {
    const tensor = tensors.get(key);
    if (tensor === undefined)
      throw new Error(`golden/${name} has ${[...tensors.keys()].join(", ")}, not ${key}`);
    return tensor;
  };
}

/** Largest absolute difference; infinite when the lengths differ or a value is not a number. */
export function largestDifference(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (given.length !== expected.length) return Infinity;
  const differences = Array.from(given, (value, index) => Math.abs(value - (expected[index] ?? NaN)));
  return differences.reduce(
    (largest, each) => (each <= largest ? largest : Number.isNaN(each) ? Infinity : each),
    0,
  );
}
