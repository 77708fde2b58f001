import { expect, it } from "vitest";
import { testGpu } from "../dawn.ts";
import { download, noise, runKernel, upload } from "../run-kernel.ts";

const gpu = await testGpu();

it("copy copies whole columns, and no more of them than it is told", async () => {
  const [width, columns] = [260, 3];
  const [source, before] = [noise(4 * width, 1), noise(4 * width, 2)];
  const result = upload(gpu, before);
  const kernel = await gpu.kernel("copy", { constants: { WIDTH4: width / 4 } });
  runKernel(gpu, kernel, [upload(gpu, source), result], [Math.ceil(width / 256), columns]);
  const expected = [...source.subarray(0, columns * width), ...before.subarray(columns * width)];
  expect([...(await download(gpu, result))]).toEqual(expected);
});
