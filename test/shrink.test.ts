import { describe, expect, it } from "vitest";
import { WeightsError } from "../runtime/errors.ts";
import { parseSafetensors, type SafeTensor, writeSafetensors } from "../runtime/safetensors.ts";
import { shrinkTensors, widenTensors } from "../runtime/shrink.ts";
import roundedRows from "./fixtures/rounded-rows.json";
import { readTiny } from "./onnx/tiny-weights.ts";
import { noise } from "./webgpu/run-kernel.ts";

const tensors = new Map<string, SafeTensor>([
  ["bias", { dtype: "F16", shape: [3], data: new Float32Array([0.5, -2, 1024]) }],
  ["kernel", { dtype: "F16", shape: [4, 3, 5], data: noise(60, 1) }],
  ["odd", { dtype: "F16", shape: [3, 7], data: noise(21, 2) }],
  ["table", { dtype: "F32", shape: [2, 2], data: new Float32Array([1 / 3, 2, 3, 4]) }],
]);
const file = writeSafetensors(tensors, { note: "of a test" });

function ofMatrix(rows: readonly (readonly number[])[]): Map<string, SafeTensor> {
  const shape = [rows.length, rows[0]?.length ?? 0];
  return new Map([["matrix", { dtype: "F16", shape, data: Float32Array.from(rows.flat()) }]]);
}

describe("shrunken tensor files", () => {
  it.each([
    [5, 15],
    [6, 31],
    [7, 63],
    [8, 127],
  ])("of %i bits are widened to tensors at the same places, matrices rounded by rows", async (bits, most) => {
    const widened = await widenTensors(shrinkTensors(file, "file", bits), "file");
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
        const allowed = rows === 0 ? 0 : largest / most / 2 + largest / 2048;
        expect(Math.abs((given[index] ?? NaN) - value)).toBeLessThanOrEqual(allowed);
      });
    }
    expect([...(read.tensors.get("kernel")?.data ?? [])]).not.toEqual([
      ...(tensors.get("kernel")?.data ?? []),
    ]);
  });

  it.each([
    [5, roundedRows.int5],
    [6, roundedRows.int6],
    [7, roundedRows.int7],
    [8, roundedRows.int8],
  ])("of %i bits hold the weights that the recipe measures", async (bits, expected) => {
    const shrunken = shrinkTensors(writeSafetensors(ofMatrix(roundedRows.rows), {}), "file", bits);
    expect(await widenTensors(shrunken, "file")).toEqual(writeSafetensors(ofMatrix(expected), {}));
  });

  it.each([
    [8, 0.6],
    [6, 0.48],
  ])("of %i bits are less than %f as large", async (bits, most) => {
    const whole = await readTiny("language-model.safetensors");
    expect(shrinkTensors(whole, "whole", bits).length / whole.length).toBeLessThan(most);
  });

  it("leave any other file as it is", async () => {
    const whole = await readTiny("decoder.onnx");
    expect(await widenTensors(whole, "decoder.onnx")).toBe(whole);
  });

  it.each([
    [5, 1],
    [6, 60],
    [8, 1],
    [6, -1],
  ])("of %i bits are refused when %i of their bytes are missing", async (bits, cut) => {
    const shrunken = shrinkTensors(file, "file", bits);
    const changed = cut > 0 ? shrunken.slice(0, -cut) : new Uint8Array([...shrunken, 0]);
    const widened = widenTensors(changed, "decoder.safetensors");
    await expect(widened).rejects.toThrow(WeightsError);
    await expect(widened).rejects.toThrow(
      /^decoder\.safetensors has \d+ bytes, its header asks for \d+\. Shrink/,
    );
  });

  it("are refused when they are marked with another number of bits than they have", async () => {
    const shrunken = shrinkTensors(file, "file", 6);
    shrunken.set(new TextEncoder().encode("KALLINT7"));
    await expect(widenTensors(shrunken, "file")).rejects.toThrow(/^file has \d+ bytes, its header asks for/);
  });

  it.each(["KALLINT4", "KALLINT9", "KALLINTX", "KALLINT"])("are refused with the mark %s", async (mark) => {
    const given = new TextEncoder().encode(mark);
    await expect(widenTensors(given, "lm.safetensors")).rejects.toThrow(WeightsError);
    await expect(widenTensors(given, "lm.safetensors")).rejects.toThrow(
      new RegExp(`^lm\\.safetensors is marked "${mark}", allowed are KALLINT5 to KALLINT8\\. Shrink`),
    );
  });
});
