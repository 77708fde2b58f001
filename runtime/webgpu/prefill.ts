/** The start of a sentence: keys and values of its speaker and symbols, all positions at once. */
import type { Manifest } from "../manifest.ts";
import type { Dispatch, Gpu } from "./gpu.ts";
import type { LanguageModelBuffers, LanguageModelRoom } from "./language-model-buffers.ts";
import type { Matrix, Tensors } from "./tensors.ts";
import { tilingOfPrefix } from "./tiles.ts";
import type { Layer } from "./transformer-layer.ts";

/** True for a model whose sequence begins with the speaker latent. */
export function hasSpeaker(tensors: Tensors): boolean {
  return tensors.has("speaker.0.weight");
}

/**
 * The dispatches for a sentence of so many symbols. Slot, symbols, speaker and the slot's state are in the buffers when
 * they run.
 */
export async function createPrefill(
  gpu: Gpu,
  tensors: Tensors,
  manifest: Manifest,
  { capacity }: LanguageModelRoom,
  buffers: LanguageModelBuffers,
  layers: readonly Layer[],
): Promise<(symbols: number) => readonly Dispatch[]> {
  const { dim, prefixAttention } = manifest.languageModel;
  const { opened, slots, symbols, x, columns } = buffers;
  const speakers = hasSpeaker(tensors) ? 1 : 0;
  const table = tensors.matrix("symbols.weight");
  const constants = {
    DIM4: dim / 4,
    CAPACITY: capacity,
    SPEAKERS: speakers,
    CAUSAL: Number(prefixAttention === "causal"),
  };
  const speaker = speakers === 0 ? [] : await createSpeaker(gpu, tensors, manifest, buffers);
  const kernel = await gpu.kernel("embed-prefix", {
    weights: table.type,
    includes: ["column", "slots"],
    constants,
  });
  const bindings = gpu.bind(kernel, [opened, slots, table.buffer, symbols, x, columns]);
  return (count) => {
    const tiling = tilingOfPrefix(speakers + count);
    const positions = tiling.tile * tiling.tiles;
    const embed = {
      label: "embed-prefix",
      kernel,
      bindings,
      workgroups: [Math.ceil(dim / 256), positions, 1] as const,
      flops: 0,
      bytes: 8 * dim * positions,
    };
    return [embed, ...speaker, ...layers.flatMap((layer) => layer(tiling))];
  };
}

/** Two linear layers from the speaker latent to column 0. */
async function createSpeaker(
  gpu: Gpu,
  tensors: Tensors,
  { languageModel: { dim }, speaker: { dim: speakerDim } }: Manifest,
  { columns, speaker, speakerHidden, x, unused }: LanguageModelBuffers,
): Promise<readonly Dispatch[]> {
  const linear = async (
    name: string,
    input: number,
    from: GPUBuffer,
    to: GPUBuffer,
    SILU: number,
  ): Promise<Dispatch> => {
    const weights: Matrix = tensors.matrix(`${name}.weight`);
    const bias = tensors.vector(`${name}.bias`);
    const constants = { INPUT4: input / 4, OUTPUT: dim, BIAS: 1, SILU };
    const kernel = await gpu.kernel("linear", {
      weights: weights.type,
      includes: ["column", "columns", "low-rank"],
      sizes: { COLUMNS: 1 },
      constants,
    });
    return {
      label: name,
      kernel,
      bindings: gpu.bind(kernel, [columns, unused, from, weights.buffer, unused, bias, to]),
      workgroups: [Math.ceil(dim / 8), 1, 1],
      flops: 2 * input * dim,
      bytes: weights.buffer.size,
    };
  };
  return Promise.all([
    linear("speaker.0", speakerDim, speaker, speakerHidden, 1),
    linear("speaker.2", dim, speakerHidden, x, 0),
  ]);
}
