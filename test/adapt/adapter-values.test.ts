import { describe, expect, it } from "vitest";
import { addAdapter, adapterOf, startValues } from "../../runtime/adapt/adapter-values.ts";
import { checkAdapter } from "../../runtime/check-calls.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";

const manifest = await tinyManifest();

describe("an adapter as numbers", () => {
  it("has the tensors that the model takes, and changes nothing at the start", () => {
    const values = startValues(4, manifest, 7);
    const adapter = adapterOf(values, 4, manifest);
    expect(() => checkAdapter(adapter, manifest)).not.toThrow();
    const { attentionA, attentionB, headA, headB } = adapter;
    expect(attentionA.length + attentionB.length + headA.length + headB.length).toBe(values.length);
    expect([...attentionB, ...headB].every((value) => value === 0)).toBe(true);
    const power = attentionA.reduce((sum, value) => sum + value * value, 0) / attentionA.length;
    expect(power * manifest.languageModel.dim).toBeGreaterThan(0.8);
    expect(power * manifest.languageModel.dim).toBeLessThan(1.2);
    expect(headA).not.toEqual(attentionA.subarray(0, headA.length));
  });

  it("is the same for the same seed only", () => {
    expect(startValues(2, manifest, 7)).toEqual(startValues(2, manifest, 7));
    expect(startValues(2, manifest, 8)).not.toEqual(startValues(2, manifest, 7));
  });

  it("adds up with a gradient, tensor by tensor", () => {
    const values = startValues(2, manifest, 1);
    const sum = new Float32Array(values.length);
    addAdapter(sum, adapterOf(values, 2, manifest), 2);
    addAdapter(sum, adapterOf(values, 2, manifest), -1);
    expect(sum).toEqual(values);
  });
});
