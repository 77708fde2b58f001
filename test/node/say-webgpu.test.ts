import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { BackendError } from "../../runtime/errors.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { fakeSynthesizer } from "./fake-synthesizer.ts";
import { runFakeSay, temporaryFolder, TINY_WEIGHTS } from "./run-say.ts";

const CLI = fileURLToPath(new URL("../../runtime/node/cli.ts", import.meta.url));

describe("say --backend webgpu", () => {
  it("speaks on the device it is given, names it, and gives it up", async () => {
    const { create, calls } = fakeSynthesizer();
    const out = join(await temporaryFolder(), "a.wav");
    const [device, release] = [{} as GPUDevice, vi.fn()];
    const { code, stdout } = await runFakeSay(["Halt!", "--backend", "webgpu", "--out", out], {
      createSynthesizer: create,
      requestGpu: async () => ({ device, name: "Test Graphics 9", release }),
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^backend +webgpu on Test Graphics 9$/m);
    expect(calls.created).toMatchObject([{ backend: "webgpu" }]);
    expect(calls.created[0]).toMatchObject({ device, readShader });
    expect([calls.disposed, release.mock.calls.length]).toEqual([1, 1]);
  });

  it("gives the device up when the model does not load", async () => {
    const release = vi.fn();
    const { code, stderr } = await runFakeSay(["Halt!", "--backend", "webgpu"], {
      createSynthesizer: () => Promise.reject(new BackendError("The GPU computes wrongly.")),
      requestGpu: async () => ({ device: {} as GPUDevice, name: "Test Graphics 9", release }),
    });
    expect([code, stderr]).toEqual([1, "kalliope: The GPU computes wrongly.\n"]);
    expect(release).toHaveBeenCalledOnce();
  });

  it("fails with one plain line on a machine without an adapter", async () => {
    const out = join(await temporaryFolder(), "a.wav");
    const args = ["say", "Halt!", "--backend", "webgpu", "--weights", TINY_WEIGHTS, "--out", out];
    const env = { ...process.env, VK_ICD_FILENAMES: "/no/driver.json", VK_DRIVER_FILES: "/no/driver.json" };
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, ["--import", "tsx", CLI, ...args], { env }, (error, _stdout, text) =>
        resolve({ code: error?.code ?? 0, stderr: text }),
      );
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^kalliope: This machine has no WebGPU adapter\. .*use the onnx backend\.$/m);
  });
});
