/** The way back from the gradient of the prediction to those of adapter and conditioning; the base weights stay as they are. */
import { ADAPTED_PROJECTIONS } from "../adapter-shapes.ts";
import type { Manifest } from "../manifest.ts";
import type { Gpu } from "./gpu.ts";
import { adapterSizes, advancesOf, MOST_RANK } from "./language-model-buffers.ts";
import type { LanguageModelWeights, LayerWeights } from "./language-model-weights.ts";
import { INPUT_PROJECTIONS, outputsWidth, type KeptLayer, type TrainerBuffers } from "./trainer-buffers.ts";
import type { LinePart } from "./trainer-columns.ts";
import {
  createAdapterBackward,
  createAttentionBackward,
  createGateUpBackward,
  createLinearBackward,
  createNorm,
  createNormBackward,
  createSpeakerBackward,
} from "./trainer-kernels.ts";

/** In order: the head, the layers from the last to the first, the speaker. */
export async function createBackward(
  gpu: Gpu,
  manifest: Manifest,
  weights: LanguageModelWeights,
  buffers: TrainerBuffers,
): Promise<readonly LinePart[]> {
  const head = await createHeadBackward(gpu, manifest, weights, buffers);
  const layer = await createLayerBackward(gpu, manifest, weights, buffers);
  const layers = weights.layers.flatMap((each, index) => {
    const kept = buffers.layers[index];
    return kept === undefined ? [] : [layer(each, kept, index)];
  });
  const speaker = await createSpeakerBackward(gpu, manifest, weights, buffers);
  return [...head, ...layers.toReversed().flat(), () => speaker];
}

async function createHeadBackward(
  gpu: Gpu,
  manifest: Manifest,
  { type, norm, head, layers }: LanguageModelWeights,
  buffers: TrainerBuffers,
): Promise<readonly LinePart[]> {
  const { dim } = manifest.languageModel;
  const rows = 2 * manifest.latentDim;
  const width = outputsWidth(manifest);
  const output = rows + advancesOf(manifest);
  const [normed, normBackward, linear, adapter] = await Promise.all([
    createNorm(gpu, manifest),
    createNormBackward(gpu, manifest, false),
    createLinearBackward(gpu, type, { input: dim, output, low: MOST_RANK }),
    createAdapterBackward(gpu, {
      projections: 1,
      input: dim,
      rows,
      otherRows: 0,
      bRows: rows,
      width,
      a: 0,
      b: MOST_RANK * dim,
    }),
  ]);
  const offset = layers.length * adapterSizes(manifest).attention;
  const { result, outputsGradient, normedGradient, lowGradient, unused } = buffers;
  const gradients = {
    weights: head.weights,
    y: outputsGradient,
    adapters: { buffer: buffers.adapter, offset: 4 * offset },
    low: lowGradient,
    x: normedGradient,
  };
  return [
    normed(result, norm, buffers.normed),
    adapter("head", offset, buffers.normed, outputsGradient, buffers),
    linear("head backward", unused, gradients),
    normBackward(result, norm, normedGradient, buffers.xGradient),
  ];
}

async function createLayerBackward(
  gpu: Gpu,
  manifest: Manifest,
  { type, speaker }: LanguageModelWeights,
  buffers: TrainerBuffers,
): Promise<(weights: LayerWeights, kept: KeptLayer, index: number) => readonly LinePart[]> {
  const { dim, heads, kvHeads, ffnDim } = manifest.languageModel;
  const hasSpeaker = speaker.length > 0;
  const kvDim = (kvHeads * dim) / heads;
  const rows = dim + 2 * kvDim;
  const product = MOST_RANK * dim; // numbers of one A or B
  const linearOf = (input: number, output: number) => ({ input, output });
  const inputsLow = INPUT_PROJECTIONS * MOST_RANK;
  const outputA = INPUT_PROJECTIONS * product;
  const adapted = { input: dim, bRows: dim };
  const [
    normed,
    normBackward,
    down,
    gateUp,
    gate,
    up,
    output,
    outputAdapter,
    attention,
    inputs,
    inputsAdapter,
  ] = await Promise.all([
    createNorm(gpu, manifest),
    createNormBackward(gpu, manifest, true),
    createLinearBackward(gpu, type, linearOf(ffnDim, dim)),
    createGateUpBackward(gpu, type, manifest),
    createLinearBackward(gpu, type, linearOf(dim, ffnDim)),
    createLinearBackward(gpu, type, { ...linearOf(dim, ffnDim), add: true }),
    createLinearBackward(gpu, type, { ...linearOf(dim, dim), low: MOST_RANK, a: outputA }),
    createAdapterBackward(gpu, {
      ...adapted,
      projections: 1,
      rows: dim,
      otherRows: 0,
      width: dim,
      a: outputA,
      b: ADAPTED_PROJECTIONS * product + outputA,
    }),
    createAttentionBackward(gpu, manifest, buffers.capacity),
    createLinearBackward(gpu, type, { ...linearOf(dim, rows), low: inputsLow }),
    createAdapterBackward(gpu, {
      ...adapted,
      projections: INPUT_PROJECTIONS,
      rows: dim,
      otherRows: kvDim,
      width: rows,
      a: 0,
      b: ADAPTED_PROJECTIONS * product,
    }),
  ]);
  const { xGradient, normedGradient, hiddenGradient, gateGradient, upGradient, unused } = buffers;
  const { mixedGradient, inputsGradient, lowGradient: low } = buffers;
  return (weights, kept, index) => {
    const label = (part: string) => `layer ${index} ${part}`;
    const offset = index * adapterSizes(manifest).attention;
    const adapters = { buffer: buffers.adapter, offset: 4 * offset };
    const toInput = [
      inputs(label("inputs backward"), unused, {
        weights: weights.inputs,
        y: inputsGradient,
        adapters,
        low,
        x: normedGradient,
      }),
      normBackward(kept.input, weights.attentionNorm, normedGradient, xGradient),
    ];
    return [
      down(label("down backward"), unused, { weights: weights.down, y: xGradient, x: hiddenGradient }),
      gateUp(label("gate-up backward"), weights, kept.middle, buffers),
      gate(label("gate backward"), unused, { weights: weights.gate, y: gateGradient, x: normedGradient }),
      up(label("up backward"), unused, { weights: weights.up, y: upGradient, x: normedGradient }),
      normBackward(kept.middle, weights.ffnNorm, normedGradient, xGradient),
      outputAdapter(label("output"), offset, kept.mixed, xGradient, buffers),
      output(label("output backward"), unused, {
        weights: weights.output,
        y: xGradient,
        adapters,
        low,
        x: mixedGradient,
      }),
      attention(label("attention"), kept, buffers),
      normed(kept.input, weights.attentionNorm, buffers.normed),
      inputsAdapter(label("inputs"), offset, buffers.normed, inputsGradient, buffers),
      ...(index === 0 && !hasSpeaker ? [] : toInput), // nothing else before the first layer is trained
    ];
  };
}
