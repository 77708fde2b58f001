import { afterEach, describe, expect, it, vi } from "vitest";
import { testGpus } from "./dawn.ts";

const gpus = await testGpus();

afterEach(() => void vi.restoreAllMocks());

describe.each(gpus)("createGpu on a device %s", (_device, gpu) => {
  it("compiles the variant of an include that the device can run", async () => {
    const compile = vi.spyOn(gpu.device, "createShaderModule");
    const constants = { DIM4: 3, EPSILON: 0 };
    await gpu.kernel("rms-norm", { includes: ["workgroup-sum"], constants });
    const [{ code } = { code: "" }] = compile.mock.calls[0] ?? [];
    const hasSubgroups = gpu.device.features.has("subgroups");
    expect(code.startsWith("enable subgroups;")).toBe(hasSubgroups);
    expect(code.includes("subgroupAdd")).toBe(hasSubgroups);
  });
});
