import type * as ort from "onnxruntime-web";
import { adapterShapes, type AdapterShapes } from "../adapter-shapes.ts";
import type { Adapter } from "../backend.ts";
import { checkAdapter } from "../check-calls.ts";
import type { ModelManifest } from "../manifest.ts";
import { product } from "../product.ts";
import { floatTensor } from "./graph.ts";

/** An adapter as the graphs take it. */
export interface Lora {
  readonly attention: { readonly lora_attention_a: ort.Tensor; readonly lora_attention_b: ort.Tensor };
  readonly head: { readonly lora_head_a: ort.Tensor; readonly lora_head_b: ort.Tensor };
}

/**
 * The tensors of an adapter, or zeros of rank 1 without one.
 * @throws AdapterError when a tensor has another size than the model needs
 */
export function loraTensors(adapter: Adapter | undefined, manifest: ModelManifest): Lora {
  if (adapter !== undefined) checkAdapter(adapter, manifest);
  const shapes = adapterShapes(adapter?.rank ?? 1, manifest);
  const tensor = (key: keyof AdapterShapes) =>
    floatTensor(adapter?.[key] ?? new Float32Array(product(shapes[key])), shapes[key]);
  return {
    attention: { lora_attention_a: tensor("attentionA"), lora_attention_b: tensor("attentionB") },
    head: { lora_head_a: tensor("headA"), lora_head_b: tensor("headB") },
  };
}
