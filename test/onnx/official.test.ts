/** A model in the official geometry: its graphs, and that it is refused where it cannot speak. */
import { describe, expect, it } from "vitest";
import { WeightsError } from "../../runtime/errors.ts";
import { GRAPH_FILES, SPEAK_FILES } from "../../runtime/onnx/files.ts";
import { createGraph, floatsOf, floatTensor, intTensor } from "../../runtime/onnx/graph.ts";
import { loraTensors } from "../../runtime/onnx/lora.ts";
import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import { parseSafetensors } from "../../runtime/safetensors.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { signalToNoise } from "../webgpu/signal-to-noise.ts";
import { officialManifest, officialSound, readOfficial } from "./official-weights.ts";
import { largestDifference, readGolden, tinyManifest } from "./tiny-weights.ts";

type Graph = "prefill" | "step" | "decoder" | "encoder";

async function load(name: Graph) {
  const { graph, tensors } = GRAPH_FILES[name];
  return createGraph(name, await readOfficial(graph), await readOfficial(tensors));
}

describe.each([
  ["prefill", ["symbols", "lora_attention_a", "lora_attention_b"]],
  ["step", ["latent", "cache", "lora_attention_a", "lora_attention_b", "lora_head_a", "lora_head_b"]],
  ["decoder", ["latents", "count", "state"]],
  ["encoder", ["samples"]],
] as const)("graph %s of the official geometry", (name, inputs) => {
  it("takes what the format says and gives the outputs of the PyTorch model", async () => {
    const file = `golden/${GRAPH_FILES[name].graph.replace(".onnx", ".safetensors")}`;
    const golden = [...parseSafetensors(await readOfficial(file), file).tensors];
    const named = (kind: string) =>
      golden.flatMap(([key, tensor]) =>
        key.startsWith(kind) ? [[key.slice(kind.length), tensor] as const] : [],
      );
    const given = named("input.").map(([key, { data, shape }]) => [
      key,
      data instanceof Int32Array ? intTensor(data, shape) : floatTensor(data as Float32Array, shape),
    ]);
    expect(given.map(([key]) => key).toSorted()).toEqual([...inputs].toSorted());
    const graph = await load(name);
    const output = await graph.run(Object.fromEntries(given));
    for (const [key, { data, shape }] of named("output.")) {
      expect(output(key).dims).toEqual(shape);
      expect(largestDifference(floatsOf(output(key)), data), key).toBeLessThan(1e-4);
    }
    await graph.release();
  });
});

describe("the official geometry in onnxruntime", () => {
  it("predicts a line as the PyTorch model does, fed with the line's own latents", async () => {
    const manifest = await officialManifest();
    const golden = await readGolden("lm-line", readOfficial);
    const lora = loraTensors(undefined, manifest);
    const [prefill, step] = await Promise.all([load("prefill"), load("step")]);
    const symbols = golden("symbols").data as Int32Array;
    const { latentDim } = manifest;
    const latents = golden("latents").data as Float32Array;
    const prefix = await prefill.run({ symbols: intTensor(symbols, [1, symbols.length]), ...lora.attention });
    let cache = prefix("cache");
    let before = new Float32Array(latentDim);
    const [means, logScales]: [number[], number[]] = [[], []];
    for (let frame = 0; frame < latents.length / latentDim; frame++) {
      const latent = floatTensor(before, [1, latentDim]);
      const output = await step.run({ latent, cache, ...lora.attention, ...lora.head });
      means.push(...floatsOf(output("mean")));
      logScales.push(...floatsOf(output("log_scale")));
      cache = output("next_cache");
      before = latents.slice(frame * latentDim, (frame + 1) * latentDim);
    }
    expect(largestDifference(means, golden("mean").data)).toBeLessThan(1e-4);
    expect(largestDifference(logScales, golden("log_scale").data)).toBeLessThan(1e-4);
    await Promise.all([prefill.release(), step.release()]);
  });

  it("makes the sound of a whole sequence", async () => {
    const golden = await readGolden("sound", readOfficial);
    const samples = await officialSound(golden("latents").data as Float32Array);
    expect(samples).toHaveLength(golden("samples").data.length);
    expect(signalToNoise(samples, golden("samples").data)).toBeGreaterThan(60);
  });

  it("is refused where there is no voice, and where there is no pointer", async () => {
    await expect(loadWeights(readOfficial, SPEAK_FILES)).rejects.toThrow(WeightsError);
    const { speaker } = await tinyManifest();
    const voiced = { ...(await officialManifest()), speaker };
    const creating = createOnnxBackend({ manifest: voiced, read: readOfficial });
    await expect(creating).rejects.toThrow(WeightsError);
    await expect(creating).rejects.toThrow(/"official-tiny" have no text pointer/);
  });
});
