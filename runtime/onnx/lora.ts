import type * as ort from "onnxruntime-web";
import type { Adapter } from "../backend.ts";
import { checkAdapter } from "../check-calls.ts";
import type { Manifest } from "../manifest.ts";
import { floatTensor } from "./graph.ts";

/** An adapter as the graphs take it. */
export interface Lora {
  readonly attention: { readonly lora_attention_a: ort.Tensor; readonly lora_attention_b: ort.Tensor };
  readonly head: { readonly lora_head_a: ort.Tensor; readonly lora_head_b: ort.Tensor };
}

const ADAPTED_PROJECTIONS = 4;

/**
 * The tensors of an adapter, or zeros of rank 1 without one.
 * @throws AdapterError when a tensor has another size than the model needs
 */
export function loraTensors(adapter: Adapter | undefined, manifest: Manifest): Lora {
  if (adapter !== undefined) checkAdapter(adapter, manifest);
  const { languageModel, latentDim } = manifest;
  const { layers, dim } = languageModel;
  const rank = adapter?.rank ?? 1;
  const tensor = (data: Float32Array | undefined, ...shape: readonly number[]) =>
    floatTensor(data ?? new Float32Array(shape.reduce((product, each) => product * each, 1)), shape);
  return {
    attention: {
      lora_attention_a: tensor(adapter?.attentionA, layers, ADAPTED_PROJECTIONS, rank, dim),
      lora_attention_b: tensor(adapter?.attentionB, layers, ADAPTED_PROJECTIONS, dim, rank),
    },
    head: {
      lora_head_a: tensor(adapter?.headA, rank, dim),
      lora_head_b: tensor(adapter?.headB, 2 * latentDim, rank),
    },
  };
}
