/** The graphs and the tensors each reads (weights/FORMAT.md). */
export const GRAPH_FILES = {
  prefill: { graph: "lm-prefill.onnx", tensors: "language-model.safetensors" },
  step: { graph: "lm-step.onnx", tensors: "language-model.safetensors" },
  train: { graph: "lm-train.onnx", tensors: "language-model.safetensors" },
  decoder: { graph: "decoder.onnx", tensors: "decoder.safetensors" },
  encoder: { graph: "encoder.onnx", tensors: "encoder.safetensors" },
  speakerEncoder: { graph: "speaker-encoder.onnx", tensors: "speaker-encoder.safetensors" },
} as const;

export type GraphName = keyof typeof GRAPH_FILES;

/** What speaking needs; the encoders and the training graph are loaded when they are first used. */
export const SPEAK_FILES: readonly string[] = [
  GRAPH_FILES.prefill.graph,
  GRAPH_FILES.step.graph,
  GRAPH_FILES.step.tensors,
  GRAPH_FILES.decoder.graph,
  GRAPH_FILES.decoder.tensors,
];
