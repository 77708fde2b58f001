import type * as ort from "onnxruntime-web";
import type { Adapter } from "../backend.ts";
import { AdapterError } from "../errors.ts";
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
export function loraTensors(adapter: Adapter | undefined, { languageModel, latentDim }: Manifest): Lora {
  const { layers, dim } = languageModel;
  const rank = adapter?.rank ?? 1;
  const tensor = (key: keyof Omit<Adapter, "rank">, shape: readonly number[]) => {
    const size = shape.reduce((product, each) => product * each, 1);
    const data = adapter?.[key] ?? new Float32Array(size);
    if (data.length === size && rank >= 1) return floatTensor(data, shape);
    throw new AdapterError(
      `The adapter's ${key} has ${data.length} numbers; this model needs [${shape.join(", ")}] at rank ${rank}. ` +
        `It was trained for another model or is damaged: train the voice again.`,
    );
  };
  return {
    attention: {
      lora_attention_a: tensor("attentionA", [layers, ADAPTED_PROJECTIONS, rank, dim]),
      lora_attention_b: tensor("attentionB", [layers, ADAPTED_PROJECTIONS, dim, rank]),
    },
    head: {
      lora_head_a: tensor("headA", [rank, dim]),
      lora_head_b: tensor("headB", [2 * latentDim, rank]),
    },
  };
}
