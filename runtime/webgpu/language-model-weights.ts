/** The language model's matrices and vectors on the GPU, for speech and training alike. */
import type { ModelManifest } from "../manifest.ts";
import type { Matrix, Tensors } from "./tensors.ts";

export interface LinearWeights {
  readonly weights: Matrix;
  readonly bias: GPUBuffer;
}

/** Matrices are [outputs, inputs]. */
export interface LayerWeights {
  readonly attentionNorm: GPUBuffer;
  readonly ffnNorm: GPUBuffer;
  /** Rows of query, key and value, one under the other. */
  readonly inputs: Matrix;
  readonly output: Matrix;
  readonly gate: Matrix;
  readonly up: Matrix;
  readonly down: Matrix;
}

export interface LanguageModelWeights {
  /** Of the matrices. */
  readonly type: Matrix["type"];
  /** [symbols, dim] */
  readonly symbols: Matrix;
  /** Two layers from speaker latent and styles to its position; none for a model whose sequence begins with the symbols. */
  readonly speaker: readonly LinearWeights[];
  readonly latent: LinearWeights;
  /** [ages + window * symbols, dim]; undefined without a pointer. */
  readonly embeddings: Matrix | undefined;
  readonly layers: readonly LayerWeights[];
  readonly norm: GPUBuffer;
  /** Rows of the head and of the pointer's advance, one under the other. */
  readonly head: LinearWeights;
}

/** Asks for the tensors; `tensors.upload` fills them. @throws WeightsError when one is missing */
export function requestLanguageModelWeights(tensors: Tensors, manifest: ModelManifest): LanguageModelWeights {
  const { layers, pointer } = manifest.languageModel;
  const biasOf = (...names: readonly string[]) => tensors.vector(...names.map((name) => `${name}.bias`));
  const linear = (...names: readonly string[]): LinearWeights => ({
    weights: tensors.matrix(...names.map((name) => `${name}.weight`)),
    bias: biasOf(...names),
  });
  const conditioned = () => ({
    weights: tensors.paddedMatrix("speaker.0.weight"),
    bias: biasOf("speaker.0"),
  });
  return {
    type: tensors.weightType,
    symbols: tensors.matrix("symbols.weight"),
    speaker: tensors.has("speaker.0.weight") ? [conditioned(), linear("speaker.2")] : [],
    latent: linear("latent"),
    embeddings: pointer === null ? undefined : tensors.matrix("age.weight", ...windowsOf(pointer)),
    layers: Array.from({ length: layers }, (_, index) => layerWeights(tensors, index)),
    norm: tensors.vector("norm.weight"),
    head: pointer === null ? linear("head") : linear("head", "advance"),
  };
}

function windowsOf({ windowBefore, windowAfter }: { windowBefore: number; windowAfter: number }): string[] {
  return Array.from({ length: windowBefore + 1 + windowAfter }, (_, place) => `window.${place}.weight`);
}

function layerWeights(tensors: Tensors, index: number): LayerWeights {
  const name = (part: string) => `layers.${index}.${part}.weight`;
  return {
    attentionNorm: tensors.vector(name("attention_norm")),
    ffnNorm: tensors.vector(name("ffn_norm")),
    inputs: tensors.matrix(name("query"), name("key"), name("value")),
    output: tensors.matrix(name("output")),
    gate: tensors.matrix(name("gate")),
    up: tensors.matrix(name("up")),
    down: tensors.matrix(name("down")),
  };
}
