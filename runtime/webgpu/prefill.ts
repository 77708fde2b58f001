/** The start of a sentence: keys and values of its speaker and symbols, all positions at once. */
import type { ModelManifest } from "../manifest.ts";
import type { Dispatch, Gpu } from "./gpu.ts";
import {
  conditioningWidth,
  type LanguageModelBuffers,
  type LanguageModelRoom,
} from "./language-model-buffers.ts";
import type { LanguageModelWeights, LinearWeights } from "./language-model-weights.ts";
import { tilingOfPrefix } from "./tiles.ts";
import type { Layer } from "./transformer-layer.ts";

/**
 * The dispatches for a sentence of so many symbols. Slot, symbols, speaker and the slot's state are in the buffers when
 * they run.
 */
export async function createPrefill(
  gpu: Gpu,
  weights: LanguageModelWeights,
  manifest: ModelManifest,
  { capacity }: LanguageModelRoom,
  buffers: LanguageModelBuffers,
  layers: readonly Layer[],
): Promise<(symbols: number) => readonly Dispatch[]> {
  const { dim, prefixAttention } = manifest.languageModel;
  const { opened, slots, symbols, x, columns } = buffers;
  const speakers = speakersOf(weights);
  const table = weights.symbols;
  const constants = {
    DIM4: dim / 4,
    CAPACITY: capacity,
    SPEAKERS: speakers,
    CAUSAL: Number(prefixAttention === "causal"),
  };
  const speaker = await createSpeaker(gpu, weights, manifest, buffers);
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

/** Positions before the symbols: 1, or 0 for a model whose sequence begins with the symbols. */
export function speakersOf({ speaker }: LanguageModelWeights): number {
  return speaker.length === 0 ? 0 : 1;
}

/** Linear layers from speaker latent and styles to column 0. */
export async function createSpeaker(
  gpu: Gpu,
  weights: LanguageModelWeights,
  manifest: ModelManifest,
  buffers: Pick<LanguageModelBuffers, "columns" | "speaker" | "speakerHidden" | "x" | "unused">,
): Promise<readonly Dispatch[]> {
  const { dim } = manifest.languageModel;
  const { columns, unused } = buffers;
  const [first, second] = weights.speaker;
  if (first === undefined || second === undefined) return [];
  const linear = async (
    label: string,
    { weights: matrix, bias }: LinearWeights,
    input: number,
    [from, to]: readonly [GPUBuffer, GPUBuffer],
    SILU: number,
  ): Promise<Dispatch> => {
    const kernel = await gpu.kernel("linear", {
      weights: matrix.type,
      includes: ["column", "columns", "low-rank"],
      sizes: { COLUMNS: 1 },
      constants: { INPUT4: input / 4, OUTPUT: dim, BIAS: 1, SILU },
    });
    return {
      label,
      kernel,
      bindings: gpu.bind(kernel, [columns, unused, from, matrix.buffer, unused, bias, to]),
      workgroups: [Math.ceil(dim / 8), 1, 1],
      flops: 2 * input * dim,
      bytes: matrix.buffer.size,
    };
  };
  const { speaker, speakerHidden, x } = buffers;
  return Promise.all([
    linear("speaker.0", first, conditioningWidth(manifest), [speaker, speakerHidden], 1),
    linear("speaker.2", second, dim, [speakerHidden, x], 0),
  ]);
}
