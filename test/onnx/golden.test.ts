import { describe, expect, it } from "vitest";
import { GRAPH_FILES, type GraphName } from "../../runtime/onnx/files.ts";
import { createGraph, floatsOf, floatTensor, intTensor } from "../../runtime/onnx/graph.ts";
import type { SafeTensor } from "../../runtime/safetensors.ts";
import { largestDifference, readGolden, readShipped, readTiny } from "./tiny-weights.ts";

const LORA = ["lora_attention_a", "lora_attention_b"];

/** Of every graph what it takes and what it gives. */
const SIGNATURES: Readonly<Record<GraphName, readonly [readonly string[], readonly string[]]>> = {
  prefill: [["speaker", "symbols", ...LORA], ["cache"]],
  step: [
    ["latent", "window", "age", "cache", ...LORA, "lora_head_a", "lora_head_b"],
    ["mean", "log_scale", "advance", "next_cache"],
  ],
  train: [
    [
      "speaker",
      "symbols",
      "window",
      "age",
      "latents_before",
      "target_mean",
      "target_log_scale",
      "advance_target",
      ...LORA,
      "lora_head_a",
      "lora_head_b",
    ],
    [
      "kl",
      "pointer",
      "gradient_lora_attention_a",
      "gradient_lora_attention_b",
      "gradient_lora_head_a",
      "gradient_lora_head_b",
    ],
  ],
  decoder: [
    ["latents", "state"],
    ["samples", "next_state"],
  ],
  encoder: [["samples"], ["mean", "log_scale"]],
  speakerEncoder: [["samples"], ["mean", "log_scale"]],
};

function toTensor({ data, shape }: SafeTensor) {
  return data instanceof Int32Array ? intTensor(data, shape) : floatTensor(data, shape);
}

/**
 * 1e-3; for what is not about 1 in size, of its peak. In the decoder's state is the sum of about 80 harmonics, whose phase
 * goes in steps of 2^-17 cycles and may be a step off where the pitch is rounded differently.
 */
function boundOf(graph: GraphName, output: string, expected: ArrayLike<number>): number {
  if (output !== "next_state" && graph !== "train") return 1e-3;
  return 1e-3 * Math.max(1, ...Array.from(expected, Math.abs));
}

const MODELS = [
  ["tiny", readTiny],
  ["shipped", readShipped],
] as const;

describe.each(Object.keys(SIGNATURES) as GraphName[])("graph %s", (name) => {
  it.each(MODELS)("of the %s model gives the outputs of the PyTorch model", async (_model, read) => {
    const files = GRAPH_FILES[name];
    const golden = await readGolden(files.graph.replace(".onnx", ""), read);
    const graph = await createGraph(name, await read(files.graph), await read(files.tensors));
    const [inputs, outputs] = SIGNATURES[name];
    const feeds = Object.fromEntries(inputs.map((input) => [input, toTensor(golden(`input.${input}`))]));
    const output = await graph.run(feeds);
    for (const each of outputs) {
      const expected = golden(`output.${each}`);
      expect(output(each).dims).toEqual(expected.shape);
      expect(largestDifference(floatsOf(output(each)), expected.data)).toBeLessThan(
        boundOf(name, each, expected.data),
      );
    }
    await graph.release();
  });
});
