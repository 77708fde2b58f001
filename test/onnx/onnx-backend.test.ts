/** What is the onnx backend's own; the rest is in test/contract. */
import { describe, expect, it } from "vitest";
import { BackendError } from "../../runtime/errors.ts";
import { SPEAK_FILES } from "../../runtime/onnx/files.ts";
import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { goldenAdapter, goldenLine } from "../contract/adapter-gradient.ts";
import { goldenOf, goldenRequest } from "../contract/tiny-sentence.ts";
import { readTiny, tinyManifest } from "./tiny-weights.ts";

const manifest = await tinyManifest();

describe("createOnnxBackend", () => {
  it("loads two backends at once", async () => {
    const make = () => createOnnxBackend({ manifest, read: readTiny });
    const pair = await Promise.all([make(), make()]);
    const open = pair.map((each) => each.openSentence(goldenRequest(manifest)));
    expect(await Promise.all(open)).toEqual([1, 1]);
    await Promise.all(pair.map((each) => each.dispose()));
  });

  it("reads what cloning needs only when it is used", async () => {
    const files: string[] = [];
    const read = async (name: string) => {
      files.push(name);
      return readTiny(name);
    };
    const backend = await createOnnxBackend(await loadWeights(read, SPEAK_FILES));
    expect(files.toSorted()).toEqual([...SPEAK_FILES, "manifest.json"].toSorted());
    files.length = 0;
    const golden = await goldenOf(readTiny, "lm-train");
    await backend.adapterGradient(goldenLine(golden, manifest), goldenAdapter(golden));
    expect(files.toSorted()).toEqual(["language-model.safetensors", "lm-train.onnx"]);
    files.length = 0;
    await backend.encode(new Float32Array(manifest.samplesPerLatent));
    expect(files.toSorted()).toEqual(["encoder.onnx", "encoder.safetensors"]);
    await backend.dispose();
  });

  it("says which graph onnxruntime could not load", async () => {
    const damaged = { manifest, read: async (name: string) => (await readTiny(name)).fill(7, 0, 500) };
    await expect(createOnnxBackend(damaged)).rejects.toThrow(BackendError);
    await expect(createOnnxBackend(damaged)).rejects.toThrow(/could not load \S+\.onnx/);
  });
});
