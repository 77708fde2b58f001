import { describe, expect, it } from "vitest";
import { BackendError } from "../../runtime/errors.ts";
import { createGpu } from "../../runtime/webgpu/gpu.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { createReadback, type BufferRange } from "../../runtime/webgpu/readback.ts";
import { requestDevice, testGpu } from "./dawn.ts";
import { upload } from "./run-kernel.ts";

const gpu = await testGpu();

describe("createReadback", () => {
  const { copy } = createReadback(gpu);
  const staged = () => gpu.memory().filter(({ name }) => name === "readback");
  const source = upload(gpu, Uint32Array.of(1, 2, 3, 4, 5, 6));
  const range = (first: number, count: number): BufferRange => ({
    buffer: source,
    offset: 4 * first,
    bytes: 4 * count,
  });
  const read = (...ranges: readonly BufferRange[]) => {
    const encoder = gpu.device.createCommandEncoder();
    const map = copy(encoder, ranges);
    gpu.device.queue.submit([encoder.finish()]);
    return map().then((results) => results.map((bytes) => [...new Uint32Array(bytes)]));
  };

  it("gives every range, and uses its buffer again", async () => {
    expect(await read(range(4, 2), range(0, 0), range(1, 3))).toEqual([[5, 6], [], [2, 3, 4]]);
    expect(await read(range(0, 1))).toEqual([[1]]);
    expect(staged()).toHaveLength(1);
  });

  it("keeps four buffers however many results were on their way at a time", async () => {
    const all = await Promise.all(Array.from({ length: 6 }, (_, first) => read(range(first, 1))));
    expect(all).toEqual([[[1]], [[2]], [[3]], [[4]], [[5]], [[6]]]);
    expect(staged()).toHaveLength(4);
  });

  it("rejects with BackendError when the device goes", async () => {
    const own = createGpu(await requestDevice(), readShader);
    const buffer = upload(own, Uint32Array.of(1));
    const encoder = own.device.createCommandEncoder();
    const map = createReadback(own).copy(encoder, [{ buffer, offset: 0, bytes: 4 }]);
    own.device.destroy();
    await expect(map()).rejects.toThrow(BackendError);
  });
});
