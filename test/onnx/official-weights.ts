import { readFile } from "node:fs/promises";
import { parseModelManifest, type ModelManifest } from "../../runtime/manifest.ts";
import { createGraph, floatsOf, floatTensor, intTensor } from "../../runtime/onnx/graph.ts";
import type { Weights } from "../../runtime/weights.ts";
import { readTiny, tinyManifest } from "./tiny-weights.ts";

/** A random model of the official geometry scaled down; `export.py --official-tiny --out test/fixtures/official-tiny`. */
const FOLDER = new URL("../fixtures/official-tiny/", import.meta.url);

export async function readOfficial(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(new URL(name, FOLDER)));
}

export async function officialManifestJson(): Promise<string> {
  return new TextDecoder().decode(await readOfficial("manifest.json"));
}

export async function officialManifest(): Promise<ModelManifest> {
  return parseModelManifest(await officialManifestJson());
}

/** The tiny model, which can speak, with the official encoder and decoder. */
export async function officiallyVoiced(): Promise<Weights> {
  const { decoder, encoder, samplesPerLatent } = await officialManifest();
  const isOfficial = (name: string) => /^(golden\/)?(decoder|encoder)\./.test(name);
  return {
    manifest: { ...(await tinyManifest()), decoder, encoder, samplesPerLatent },
    read: (name) => (isOfficial(name) ? readOfficial(name) : readTiny(name)),
  };
}

/** Normalised latents [T, D] -> samples, made at once by the exported graph. */
export async function officialSound(latents: Float32Array): Promise<Float32Array> {
  const { decoder, latentDim, samplesPerLatent } = await officialManifest();
  const frames = latents.length / latentDim;
  const all = new Float32Array(latents.length + decoder.delayLatents * latentDim).fill(7); // what comes after is not there
  all.set(latents);
  const graph = await createGraph(
    "decoder",
    await readOfficial("decoder.onnx"),
    await readOfficial("decoder.safetensors"),
  );
  const output = await graph.run({
    latents: floatTensor(all, [1, frames + decoder.delayLatents, latentDim]),
    count: intTensor(Int32Array.of(frames), [1]),
    state: floatTensor(new Float32Array(decoder.stateSize), [1, decoder.stateSize]),
  });
  const samples = floatsOf(output("samples")).slice(decoder.delayLatents * samplesPerLatent);
  await graph.release();
  return samples;
}
