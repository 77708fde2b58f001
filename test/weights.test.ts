import { afterEach, describe, expect, it, vi } from "vitest";
import { WeightsError } from "../runtime/errors.ts";
import { loadWeights, type ReadFile } from "../runtime/weights.ts";
import { readTiny } from "./onnx/tiny-weights.ts";

/** Reads the tiny weights with one file's bytes changed. */
function readChanged(
  file: string,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): ReadFile {
  return async (name) => (name === file ? change(await readTiny(name)) : readTiny(name));
}

async function messageOf(read: ReadFile): Promise<string> {
  const error: unknown = await loadWeights(read, ["decoder.onnx", "decoder.safetensors"]).catch(
    (e: unknown) => e,
  );
  return error instanceof WeightsError ? error.message : `not a WeightsError: ${String(error)}`;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("loadWeights", () => {
  it("reads the manifest and the files asked for, and others when they are read", async () => {
    const asked: string[] = [];
    const read: ReadFile = (name) => {
      asked.push(name);
      return readTiny(name);
    };
    const weights = await loadWeights(read, ["decoder.onnx"]);
    expect(asked).toEqual(["manifest.json", "decoder.onnx"]);
    expect(weights.manifest.name).toBe("tiny");
    expect((await weights.read("decoder.onnx")).length).toBe(weights.manifest.files["decoder.onnx"]?.bytes);
    expect(asked.length).toBe(2);
    await weights.read("encoder.onnx");
    await weights.read("decoder.onnx");
    expect(asked.slice(2)).toEqual(["encoder.onnx", "decoder.onnx"]);
  });

  it("says which file is missing and why", async () => {
    const read: ReadFile = (name) =>
      name === "decoder.onnx" ? Promise.reject(new Error("404 Not Found")) : readTiny(name);
    expect(await messageOf(read)).toMatch(/^decoder\.onnx .* could not be read \(404 Not Found\)\. Check/);
    expect(await messageOf(() => Promise.reject(new Error("offline")))).toMatch(/^manifest\.json .*offline/);
  });

  it("says when a file is truncated, with both sizes", async () => {
    const message = await messageOf(readChanged("decoder.safetensors", (bytes) => bytes.subarray(0, 1000)));
    expect(message).toMatch(/^decoder\.safetensors has 1000 bytes, the manifest says \d+: .* download/);
  });

  it("says when one bit of a file is wrong", async () => {
    const flip = (bytes: Uint8Array<ArrayBuffer>) =>
      bytes.map((byte, index) => (index === 777 ? byte ^ 4 : byte));
    expect(await messageOf(readChanged("decoder.onnx", flip))).toMatch(
      /^decoder\.onnx has the SHA-256 .* damaged/,
    );
  });

  it("refuses another version before it reads any other file", async () => {
    const asked: string[] = [];
    const read: ReadFile = async (name) => {
      asked.push(name);
      const text = new TextDecoder().decode(await readTiny(name));
      return new TextEncoder().encode(text.replace('"version": 1', '"version": 9'));
    };
    expect(await messageOf(read)).toMatch(/"version" is 9; allowed: 1/);
    expect(asked).toEqual(["manifest.json"]);
  });

  it("refuses a file the manifest does not list, even one named like an object's own method", async () => {
    const weights = await loadWeights(readTiny, []);
    await expect(weights.read("toString")).rejects.toThrow(/does not list toString; it lists decoder\.onnx/);
    await expect(weights.read("golden/decoder.safetensors")).rejects.toThrow(WeightsError);
  });

  it("does not use weights it cannot check", async () => {
    vi.stubGlobal("crypto", {});
    expect(await messageOf(readTiny)).toMatch(/^\S+ cannot be checked: .* https or from localhost/);
  });
});
