import { describe, expect, it } from "vitest";
import { WeightsError } from "../runtime/errors.ts";
import { parseSafetensors, type SafeTensor, writeSafetensors } from "../runtime/safetensors.ts";
import { shrinkTensors, widenTensors } from "../runtime/shrink.ts";
import { readTiny } from "./onnx/tiny-weights.ts";
import { noise } from "./webgpu/run-kernel.ts";

const tensors = new Map<string, SafeTensor>([
  ["bias", { dtype: "F16", shape: [3], data: new Float32Array([0.5, -2, 1024]) }],
  ["kernel", { dtype: "F16", shape: [4, 3, 5], data: noise(60, 1) }],
  ["odd", { dtype: "F16", shape: [3, 7], data: noise(21, 2) }],
  ["table", { dtype: "F32", shape: [2, 2], data: new Float32Array([1 / 3, 2, 3, 4]) }],
]);
const file = writeSafetensors(tensors, { note: "of a test" });

describe("shrunken tensor files", () => {
  it("are widened to tensors at the same places, matrices rounded by rows and all else as it was", () => {
    const widened = widenTensors(shrinkTensors(file, "file"), "file");
    expect(widened).toHaveLength(file.length);
    const read = parseSafetensors(widened, "file");
    expect(read.metadata).toEqual({ note: "of a test" });
    for (const [name, { shape, data }] of tensors) {
      const given = read.tensors.get(name)?.data ?? [];
      const rows = shape.length > 1 && name !== "table" ? (shape[0] ?? 0) : 0;
      const columns = data.length / Math.max(rows, 1);
      data.forEach((value, index) => {
        const first = Math.floor(index / columns) * columns;
        const largest = Math.max(...Array.from(data.slice(first, first + columns), Math.abs));
        const allowed = rows === 0 ? 0 : largest / 254 + largest / 2048;
        expect(Math.abs((given[index] ?? NaN) - value)).toBeLessThanOrEqual(allowed);
      });
    }
    expect([...(read.tensors.get("kernel")?.data ?? [])]).not.toEqual([
      ...(tensors.get("kernel")?.data ?? []),
    ]);
  });

  it("are about half as large", async () => {
    const whole = await readTiny("language-model.safetensors");
    expect(shrinkTensors(whole, "whole").length / whole.length).toBeLessThan(0.6);
  });

  it("leave any other file as it is", async () => {
    const whole = await readTiny("decoder.onnx");
    expect(widenTensors(whole, "decoder.onnx")).toBe(whole);
  });

  it.each([1, 60, -1])("are refused when they are not whole: %i bytes", (cut) => {
    const shrunken = shrinkTensors(file, "file");
    const changed = cut > 0 ? shrunken.slice(0, -cut) : new Uint8Array([...shrunken, 0]);
    expect(() => widenTensors(changed, "decoder.safetensors")).toThrow(WeightsError);
    expect(() => widenTensors(changed, "decoder.safetensors")).toThrow(/^decoder\.safetensors has \d+ bytes/);
  });
});
