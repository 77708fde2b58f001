/** Random language models of any geometry, as manifest and safetensors bytes. */
import { conditioningSize } from "../../runtime/styles.ts";
import type { LanguageModelSizes, Manifest } from "../../runtime/manifest.ts";
import { noise } from "./run-kernel.ts";

export interface RandomModel {
  readonly manifest: Manifest;
  /** language-model.safetensors in f32. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * @param base gives what does not concern the language model
 * @param speaker false for a sequence that begins with the symbols
 */
export function randomModel(
  base: Manifest,
  languageModel: LanguageModelSizes,
  latentDim: number,
  speaker: boolean,
): RandomModel {
  const { dim, layers, heads, kvHeads, ffnDim, pointer } = languageModel;
  const kvDim = (kvHeads * dim) / heads;
  const known = base.symbols.length;
  const shapes: Record<string, number[]> = {
    "symbols.weight": [known, dim],
    "latent.weight": [dim, latentDim],
    "latent.bias": [dim],
    "norm.weight": [dim],
    "head.weight": [2 * latentDim, dim],
    "head.bias": [2 * latentDim],
  };
  if (speaker) {
    Object.assign(shapes, {
      "speaker.0.weight": [dim, conditioningSize(base)],
      "speaker.0.bias": [dim],
      "speaker.2.weight": [dim, dim],
      "speaker.2.bias": [dim],
    });
  }
  if (pointer !== null) {
    Object.assign(shapes, {
      "age.weight": [pointer.ages, dim],
      "advance.weight": [pointer.maxAdvance + 1, dim],
      "advance.bias": [pointer.maxAdvance + 1],
    });
    for (let place = 0; place <= pointer.windowBefore + pointer.windowAfter; place++) {
      shapes[`window.${place}.weight`] = [known, dim];
    }
  }
  for (let layer = 0; layer < layers; layer++) {
    const parts = {
      attention_norm: [dim],
      ffn_norm: [dim],
      query: [dim, dim],
      key: [kvDim, dim],
      value: [kvDim, dim],
      output: [dim, dim],
      gate: [ffnDim, dim],
      up: [ffnDim, dim],
      down: [dim, ffnDim],
    };
    for (const [part, shape] of Object.entries(parts)) shapes[`layers.${layer}.${part}.weight`] = shape;
  }
  return { manifest: { ...base, languageModel, latentDim }, bytes: safetensors(shapes) };
}

/** Matrices of deviation 1 / sqrt(inputs), vectors round 1. */
function safetensors(shapes: Readonly<Record<string, readonly number[]>>): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  const parts: Float32Array[] = [];
  let end = 0;
  for (const [seed, [name, shape]] of Object.entries(shapes).entries()) {
    const values = noise(
      shape.reduce((product, size) => product * size, 1),
      seed,
    ).map((value) => (shape.length === 1 ? 1 + value / 4 : value / Math.sqrt(shape[1]!)));
    header[name] = { dtype: "F32", shape, data_offsets: [end, (end += values.byteLength)] };
    parts.push(values);
  }
  const json = JSON.stringify(header);
  const head = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(8 + head.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer), at);
    at += part.byteLength;
  }
  return bytes;
}
