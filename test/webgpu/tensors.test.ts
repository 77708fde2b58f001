import { describe, expect, it, vi } from "vitest";
import { WeightsError } from "../../runtime/errors.ts";
import { floatToHalf } from "../../runtime/half.ts";
import type { WeightType } from "../../runtime/webgpu/gpu.ts";
import { openTensors, roundedTensors } from "../../runtime/webgpu/tensors.ts";
import { testGpu } from "./dawn.ts";
import { download, downloadWeights } from "./run-kernel.ts";

const gpu = await testGpu();

/** A safetensors file of "first" [2, 4] in f16, "second" [1, 4] in f32, "odd" [3] in f16 and "uneven" [2, 3] in f32. */
function file(): Uint8Array<ArrayBuffer> {
  const header = JSON.stringify({
    __metadata__: { made: "by hand" },
    first: { dtype: "F16", shape: [2, 4], data_offsets: [0, 16] },
    second: { dtype: "F32", shape: [1, 4], data_offsets: [16, 32] },
    odd: { dtype: "F16", shape: [3], data_offsets: [32, 38] },
    uneven: { dtype: "F32", shape: [2, 3], data_offsets: [38, 62] },
  });
  const bytes = new Uint8Array(8 + header.length + 62);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  const body = bytes.subarray(8 + header.length);
  body.set(new Uint8Array(Uint16Array.from([1, 2, 3, 4, 5, 6, 7, -0.5], floatToHalf).buffer), 0);
  body.set(new Uint8Array(Float32Array.of(0.1, 9, 10, 11).buffer), 16);
  body.set(new Uint8Array(Uint16Array.from([0.25, -8, 1.5], floatToHalf).buffer), 32);
  body.set(new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer), 38);
  return bytes;
}

describe("openTensors", () => {
  it.each<[WeightType, number]>([
    ["f32", 0.1],
    ["f16", 0.0999755859375],
  ])("joins matrices of any type row under row, in %s", async (weightType, tenth) => {
    const yieldToFrame = vi.fn(async () => undefined);
    const tensors = openTensors(gpu, file(), "test", { weightType, yieldToFrame });
    const { buffer, type } = tensors.matrix("first", "second");
    expect(type).toBe(weightType);
    await tensors.upload();
    const values = await downloadWeights(gpu, buffer, type, 4);
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6, 7, -0.5, Math.fround(tenth), 9, 10, 11]);
    expect(yieldToFrame).toHaveBeenCalledTimes(2);
    expect(gpu.memory().at(-1)).toEqual({ name: "first second", bytes: weightType === "f32" ? 48 : 24 });
  });

  it("rounds matrices to int8 row by row, and vectors never", async () => {
    const yieldToFrame = vi.fn(async () => undefined);
    const tensors = openTensors(gpu, file(), "test", { weightType: "int8", yieldToFrame });
    const { buffer, type } = tensors.matrix("first", "second");
    const vector = tensors.vector("odd");
    expect(type).toBe("int8");
    await tensors.upload();
    const values = await downloadWeights(gpu, buffer, type, 4);
    const expected = [
      [32, 64, 95, 127],
      [91, 109, 127, -9],
      [1, 104, 115, 127],
    ].map((bytes, row) => bytes.map((byte) => Math.fround((byte / 127) * [4, 7, 11][row]!)));
    expect([...values]).toEqual(expected.flat());
    expect([...(await download(gpu, vector, 3))]).toEqual([0.25, -8, 1.5]);
    expect(gpu.memory().findLast(({ name }) => name === "first second")?.bytes).toBe(24);
    const rounded = roundedTensors(tensors);
    expect([...rounded.floats("first")]).toEqual(expected.slice(0, 2).flat());
    expect([...rounded.floats("odd")]).toEqual([0.25, -8, 1.5]);
  });

  it.each<WeightType>(["f32", "f16"])("fills odd rows up with zeros, in %s", async (weightType) => {
    const tensors = openTensors(gpu, file(), "test", { weightType });
    const { buffer, type } = tensors.paddedMatrix("uneven");
    await tensors.upload();
    expect([...(await downloadWeights(gpu, buffer, type, 4))]).toEqual([1, 2, 3, 0, 4, 5, 6, 0]);
  });

  it("gives vectors in f32 and values on the CPU", async () => {
    const tensors = openTensors(gpu, file(), "test", { weightType: "f16" });
    const vector = tensors.vector("odd");
    await tensors.upload();
    expect([...(await download(gpu, vector, 3))]).toEqual([0.25, -8, 1.5]);
    expect([...tensors.floats("odd")]).toEqual([0.25, -8, 1.5]);
    expect(tensors.shape("first")).toEqual([2, 4]);
    expect([tensors.has("second"), tensors.has("third"), tensors.has("__metadata__")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("refuses a tensor that is missing, and rows the kernels cannot read", () => {
    const tensors = openTensors(gpu, file(), "model.safetensors", { weightType: "f32" });
    expect(() => tensors.matrix("third")).toThrow(WeightsError);
    expect(() => tensors.floats("third")).toThrow(/model\.safetensors has no tensor "third"/);
    expect(() => tensors.matrix("uneven")).toThrow(/"uneven" has rows of 3 numbers; .* multiple of 4/);
  });
});
