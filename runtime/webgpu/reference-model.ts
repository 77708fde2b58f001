/**
 * The language model in plain loops over doubles: what the kernels are compared with, at load (self-test.ts) and in tests.
 * Slow, and as close to weights/recipe/language_model.py as can be.
 */
import type { Adapter } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import { ropeTable } from "./rotation.ts";

type Vector = ArrayLike<number>;

/** Tensors by name. */
export interface ReferenceTensors {
  has(name: string): boolean;
  floats(name: string): Float32Array;
}

/** Keys and values of every layer, one entry a position. */
export interface ReferenceState {
  readonly keys: Vector[][];
  readonly values: Vector[][];
}

export interface ReferenceModel {
  /** Takes in speaker latent with styles, and symbols. */
  open(conditioning: Vector, symbols: Vector): ReferenceState;
  /**
   * One frame. @returns mean [D], log-scale [D] before clamping, advance logits
   * @param window symbol ids round the pointer
   */
  step(state: ReferenceState, latent: Vector, window: Vector, age: number): number[];
}

/** @param layers how many of the model's layers take part */
export function createReferenceModel(
  { languageModel: sizes, latentDim }: Manifest,
  tensors: ReferenceTensors,
  layers: number,
  adapter?: Adapter,
): ReferenceModel {
  const { dim, heads, kvHeads, ffnDim, normEps, pointer } = sizes;
  const headDim = dim / heads;
  const tensor = remembered((name) => tensors.floats(name));
  const linear = (name: string, x: Vector, rows: number) => product(tensor(`${name}.weight`), x, rows);
  const withBias = (name: string, x: Vector, rows: number) =>
    sum(linear(name, x, rows), tensor(`${name}.bias`));
  const row = (name: string, index: number) => tensor(name).subarray(index * dim, (index + 1) * dim);
  const normed = (name: string, x: Vector) => rmsNorm(x, tensor(name), normEps);

  /** The adapter's change of projection `part` (query, key, value, output) of a layer. */
  const change = (layer: number, part: number, x: Vector, rows: number): Vector => {
    if (adapter === undefined) return new Float64Array(rows);
    const { rank, attentionA, attentionB } = adapter;
    const at = (layer * 4 + part) * rank * dim;
    const low = product(attentionA.subarray(at, at + rank * dim), x, rank);
    return product(attentionB.subarray(at, at + dim * rank), low, rows);
  };

  /** x at positions after those of the state; `spans`: how many positions each attends to. */
  const runLayer = (
    layer: number,
    xs: readonly Vector[],
    state: ReferenceState,
    spans: readonly number[],
  ) => {
    const name = (part: string) => `layers.${layer}.${part}`;
    const keys = (state.keys[layer] ??= []);
    const values = (state.values[layer] ??= []);
    const rotations = ropeTable(sizes, keys.length + xs.length);
    const queries = xs.map((x) => {
      const h = normed(`${name("attention_norm")}.weight`, x);
      const project = (part: string, index: number, rows: number) =>
        sum(linear(name(part), h, rows), change(layer, index, h, rows));
      const rotation = rotations.subarray(keys.length * headDim, (keys.length + 1) * headDim);
      keys.push(rotate(project("key", 1, kvHeads * headDim), rotation, headDim));
      values.push(project("value", 2, kvHeads * headDim));
      return rotate(project("query", 0, dim), rotation, headDim);
    });
    return xs.map((x, t) => {
      const span = spans[t] ?? 0;
      const mixed = attend(
        queries[t] ?? [],
        keys.slice(0, span),
        values.slice(0, span),
        headDim,
        heads / kvHeads,
      );
      const after = sum(x, sum(linear(name("output"), mixed, dim), change(layer, 3, mixed, dim)));
      const h = normed(`${name("ffn_norm")}.weight`, after);
      const gate = linear(name("gate"), h, ffnDim);
      const up = linear(name("up"), h, ffnDim);
      const hidden = Array.from(gate, (value, index) => silu(value) * (up[index] ?? 0));
      return sum(after, linear(name("down"), hidden, dim));
    });
  };

  const runLayers = (xs: readonly Vector[], state: ReferenceState, spans: readonly number[]) => {
    let hidden = xs;
    for (let layer = 0; layer < layers; layer++) hidden = runLayer(layer, hidden, state, spans);
    return hidden;
  };

  return {
    open(conditioning, symbols) {
      const state: ReferenceState = { keys: [], values: [] };
      const first = tensors.has("speaker.0.weight")
        ? [withBias("speaker.2", Array.from(withBias("speaker.0", conditioning, dim), silu), dim)]
        : [];
      const xs = [...first, ...Array.from(symbols, (symbol) => row("symbols.weight", symbol))];
      const isCausal = sizes.prefixAttention === "causal";
      runLayers(
        xs,
        state,
        xs.map((_, t) => (isCausal ? t + 1 : xs.length)),
      );
      return state;
    },
    step(state, latent, window, age) {
      const embedded = withBias("latent", latent, dim);
      const x =
        pointer === null
          ? embedded
          : Array.from(window)
              .map((symbol, place) => row(`window.${place}.weight`, symbol))
              .reduce(sum, sum(embedded, row("age.weight", age)));
      const [hidden = x] = runLayers([x], state, [(state.keys[0]?.length ?? 0) + 1]);
      const h = normed("norm.weight", hidden);
      const rows = 2 * latentDim;
      const low = adapter === undefined ? [] : product(adapter.headA, h, adapter.rank);
      const prediction = withBias("head", h, rows);
      const changed = adapter === undefined ? prediction : sum(prediction, product(adapter.headB, low, rows));
      const advance = pointer === null ? [] : withBias("advance", h, pointer.maxAdvance + 1);
      return [...Array.from(changed), ...Array.from(advance)];
    },
  };
}

function remembered(read: (name: string) => Float32Array): (name: string) => Float32Array {
  const known = new Map<string, Float32Array>();
  return (name) => {
    const values = known.get(name) ?? read(name);
    known.set(name, values);
    return values;
  };
}

/** matrix [rows, x.length] times x */
function product(matrix: Float32Array, x: Vector, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let total = 0;
    for (let k = 0; k < x.length; k++) total += (matrix[row * x.length + k] ?? 0) * (x[k] ?? 0);
    return total;
  });
}

function sum(a: Vector, b: Vector): Float64Array {
  return Float64Array.from(a, (value, index) => value + (b[index] ?? 0));
}

function silu(value: number): number {
  return value / (1 + Math.exp(-value));
}

function rmsNorm(x: Vector, weight: Vector, epsilon: number): Float64Array {
  const squares = Array.from(x).reduce((total, value) => total + value * value, 0);
  const scale = 1 / Math.sqrt(squares / x.length + epsilon);
  return Float64Array.from(x, (value, index) => value * scale * (weight[index] ?? 0));
}

/** Every head turned by its position's cosines and sines, halves paired. */
function rotate(x: Vector, rotation: Vector, headDim: number): Float64Array {
  const half = headDim / 2;
  return Float64Array.from(x, (value, index) => {
    const d = index % headDim;
    const pair = d % half;
    const [cosine, sine] = [rotation[pair] ?? 0, rotation[half + pair] ?? 0];
    const partner = x[d < half ? index + half : index - half] ?? 0;
    return d < half ? value * cosine - partner * sine : value * cosine + partner * sine;
  });
}

/** @param group query heads that share a key-value head */
function attend(
  query: Vector,
  keys: readonly Vector[],
  values: readonly Vector[],
  headDim: number,
  group: number,
) {
  return Float64Array.from(query, (_, index) => {
    const head = Math.floor(index / headDim);
    const first = Math.floor(head / group) * headDim;
    const scores = keys.map((key) => {
      let score = 0;
      for (let d = 0; d < headDim; d++) score += (query[head * headDim + d] ?? 0) * (key[first + d] ?? 0);
      return score / Math.sqrt(headDim);
    });
    const highest = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - highest));
    const total = weights.reduce((a, b) => a + b, 0);
    return values.reduce(
      (mixed, value, t) => mixed + ((weights[t] ?? 0) / total) * (value[first + (index % headDim)] ?? 0),
      0,
    );
  });
}
