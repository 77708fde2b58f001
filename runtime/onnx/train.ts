import type { AdapterGradient, TrainingLine } from "../backend.ts";
import type { Manifest, PointerSizes } from "../manifest.ts";
import { advancesAlong, ageInput, pointersAlong, windowOf } from "../speech/pointer.ts";
import { floatsOf, floatTensor, intTensor, type Graph } from "./graph.ts";
import type { Lora } from "./lora.ts";

/** Runs the training graph on a line; the adapter's rank is `rank`. */
export async function gradientOf(
  train: Graph,
  line: TrainingLine,
  lora: Lora,
  rank: number,
  { latentDim }: Manifest,
  pointer: PointerSizes,
): Promise<AdapterGradient> {
  const { conditioning, symbols, symbolIndices, latents, target } = line;
  const frames = symbolIndices.length;
  const path = pointersAlong(symbolIndices);
  const window = path.flatMap((at) => [...windowOf(symbols, at, pointer)]);
  const age = Int32Array.from(path, (at) => ageInput(at, pointer));
  const framewise = (data: Float32Array) => floatTensor(data, [1, frames, latentDim]);
  const output = await train.run({
    speaker: floatTensor(conditioning, [1, conditioning.length]),
    symbols: intTensor(symbols, [1, symbols.length]),
    window: intTensor(Int32Array.from(window), [1, frames, window.length / frames]),
    age: intTensor(age, [1, frames]),
    latents_before: framewise(latentsBefore(latents, latentDim)),
    target_mean: framewise(target.mean),
    target_log_scale: framewise(target.logScale),
    advance_target: intTensor(advancesAlong(symbolIndices, pointer), [1, frames]),
    ...lora.attention,
    ...lora.head,
  });
  const figure = (name: string) => floatsOf(output(name))[0] ?? NaN;
  const gradient = (name: string) => floatsOf(output(`gradient_lora_${name}`));
  return {
    kl: figure("kl"),
    pointer: figure("pointer"),
    gradient: {
      rank,
      attentionA: gradient("attention_a"),
      attentionB: gradient("attention_b"),
      headA: gradient("head_a"),
      headB: gradient("head_b"),
    },
    conditioningGradient: floatsOf(output("gradient_speaker")),
  };
}

/** [T, D] the latent before each frame, zeros before the first. */
function latentsBefore(latents: Float32Array, latentDim: number): Float32Array {
  const before = new Float32Array(latents.length);
  before.set(latents.subarray(0, latents.length - latentDim), latentDim);
  return before;
}
