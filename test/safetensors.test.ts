import { describe, expect, it } from "vitest";
import { WeightsError } from "../runtime/errors.ts";
import { parseSafetensors, type SafeTensor, writeSafetensors } from "../runtime/safetensors.ts";

function file(header: unknown, body: readonly number[]): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(body, 8 + json.length);
  return bytes;
}

function bytesOf(array: ArrayBufferView): number[] {
  return [...new Uint8Array(array.buffer)];
}

describe("parseSafetensors", () => {
  it("reads f32, i32 and metadata at offsets that are not aligned", () => {
    const body = [7, ...bytesOf(Float32Array.of(1.5, -2, 0.25)), ...bytesOf(Int32Array.of(-3, 4))];
    const { tensors, metadata } = parseSafetensors(
      file(
        {
          __metadata__: { rank: "4" },
          a: { dtype: "F32", shape: [1, 3], data_offsets: [1, 13] },
          b: { dtype: "I32", shape: [2], data_offsets: [13, 21] },
          none: { dtype: "F32", shape: [0, 3], data_offsets: [21, 21] },
        },
        body,
      ),
      "test",
    );
    expect(tensors.get("a")).toEqual({ dtype: "F32", shape: [1, 3], data: Float32Array.of(1.5, -2, 0.25) });
    expect(tensors.get("b")).toEqual({ dtype: "I32", shape: [2], data: Int32Array.of(-3, 4) });
    expect(tensors.get("none")?.data.length).toBe(0);
    expect(metadata).toEqual({ rank: "4" });
  });

  it("widens f16 exactly: normal, subnormal, zeros, infinities and not-a-number", () => {
    const bits = Uint16Array.of(
      0x3c00,
      0xc100,
      0x7bff,
      0x0400,
      0x0001,
      0x0000,
      0x8000,
      0x7c00,
      0xfc00,
      0x7e00,
    );
    const header = { h: { dtype: "F16", shape: [10], data_offsets: [0, 20] } };
    const values = parseSafetensors(file(header, bytesOf(bits)), "test").tensors.get("h")?.data;
    expect([...(values ?? [])]).toEqual([
      1,
      -2.5,
      65504,
      2 ** -14,
      2 ** -24,
      0,
      -0,
      Infinity,
      -Infinity,
      NaN,
    ]);
  });

  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };

  it.each([
    ["nothing", new Uint8Array(0)],
    ["a header longer than the file", file({ a: entry }, []).subarray(0, 20)],
    ["a huge header", Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255)],
    ["a header that is not JSON", file("{", [])],
    ["a header that is not an object", file("3", [])],
    ["an unknown dtype", file({ a: { ...entry, dtype: "BF16" } }, Array<number>(8).fill(0))],
    ["an entry that is null", file({ a: null }, [])],
    ["a shape that is not sizes", file({ a: { ...entry, shape: [-2] } }, Array<number>(8).fill(0))],
    ["offsets that do not match the shape", file({ a: { ...entry, shape: [3] } }, Array<number>(8).fill(0))],
    ["a truncated body", file({ a: entry }, Array<number>(7).fill(0))],
    ["offsets before the body", file({ a: { ...entry, data_offsets: [-8, 0] } }, Array<number>(8).fill(0))],
  ])("refuses %s", (_, bytes) => {
    expect(() => parseSafetensors(bytes, "voice.safetensors")).toThrow(WeightsError);
    expect(() => parseSafetensors(bytes, "voice.safetensors")).toThrow(/^voice\.safetensors: /);
  });
});

describe("writeSafetensors", () => {
  it("writes what reads back, the tensors aligned to 8 bytes after the header", () => {
    const tensors = new Map<string, SafeTensor>([
      ["a", { dtype: "F32", shape: [1, 3], data: Float32Array.of(1.5, -2, 0.1) }],
      ["none", { dtype: "F32", shape: [0], data: new Float32Array(0) }],
      ["part", { dtype: "I32", shape: [2], data: Int32Array.of(1, 2, -3, 4).subarray(2) }],
      ["half", { dtype: "F16", shape: [3], data: Float32Array.of(1, 0.1, 1e-6) }],
    ]);
    const bytes = writeSafetensors(tensors, { name: "Z\u00fcrich \u{1F600}" });
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
    const read = parseSafetensors(bytes, "test");
    expect(read.metadata).toEqual({ name: "Z\u00fcrich \u{1F600}" });
    expect(read.tensors.get("a")).toEqual(tensors.get("a"));
    expect(read.tensors.get("none")).toEqual(tensors.get("none"));
    expect(read.tensors.get("part")).toEqual({ dtype: "I32", shape: [2], data: Int32Array.of(-3, 4) });
    const half = [...(read.tensors.get("half")?.data ?? [])];
    expect(half).toEqual([1, 0.0999755859375, 17 * 2 ** -24]);
  });
});
