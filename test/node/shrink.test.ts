import { cp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { modelHashOf } from "../../runtime/adapt/model-hash.ts";
import { readWeightsFrom } from "../../runtime/node/read-files.ts";
import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import { shrinkTensors, widenTensors } from "../../runtime/shrink.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { goldenRequest, speakWhole } from "../contract/tiny-sentence.ts";
import { runFakeShrink, temporaryFolder, TINY_WEIGHTS } from "./run-say.ts";

const open = (folder: string) => loadWeights(readWeightsFrom(folder), []);

describe("shrink", () => {
  it.each([
    [8, []],
    [6, ["--bits", "6"]],
  ])("writes weights of %i bits that speak", async (bits, options) => {
    const out = join(await temporaryFolder(), "made", "small");
    const { code, stdout, stderr } = await runFakeShrink(["--out", out, ...options]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [, after, before] = /small: (\S+) MB, of (\S+) MB\n$/.exec(stdout) ?? [];
    expect(Number(after)).toBeLessThan(Number(before));
    const [whole, smaller] = [await open(TINY_WEIGHTS), await open(out)];
    const { manifest } = smaller;
    expect(manifest).toEqual({ ...whole.manifest, name: `tiny-int${bits}`, files: manifest.files });
    const name = "decoder.safetensors";
    const shrunken = shrinkTensors(await whole.read(name), name, bits);
    expect(await smaller.read(name)).toEqual(await widenTensors(shrunken, name));
    expect(manifest.files[name]?.bytes).toBe(shrunken.length);
    expect(modelHashOf(manifest)).toBe(modelHashOf(whole.manifest));
    const backend = await createOnnxBackend(smaller);
    const { samples } = await speakWhole(backend, goldenRequest(manifest), 8);
    expect(samples.length).toBeGreaterThan(manifest.samplesPerLatent);
    expect(Math.max(...samples)).toBeGreaterThan(0.01);
    await backend.dispose();
  });

  it("keeps what the weights were made from when they are shrunken again", async () => {
    const [once, twice] = [await temporaryFolder(), await temporaryFolder()];
    await runFakeShrink(["--out", once]);
    await runFakeShrink(["--weights", once, "--out", twice, "--bits", "5"]);
    const { files } = (await open(twice)).manifest;
    const name = "language-model.safetensors";
    const whole = (await open(TINY_WEIGHTS)).manifest.files[name];
    expect(files[name]?.shrunkenFrom).toBe(whole?.sha256);
    expect(files[name]?.sha256).not.toBe(whole?.sha256);
    expect(files["decoder.onnx"]).toEqual({ bytes: expect.any(Number), sha256: expect.any(String) });
  });

  it.each([
    [[], 2, /^kalliope: --out is missing: where/],
    [["small", "--out", "x"], 2, /^kalliope: "small" is no option of shrink/],
    [["--out", TINY_WEIGHTS], 2, /^kalliope: --out is the folder of the weights/],
    [["--out", "/dev/null/x"], 1, /^kalliope: cannot make \/dev\/null\/x: /],
    [
      ["--out", "x", "--weights", "/nowhere"],
      1,
      /^kalliope: manifest\.json of the weights could not be read/,
    ],
    [["--out", "x", "--bits", "3"], 2, /^kalliope: --bits 3 is not allowed: give a number from 5 to 8/],
    [["--out", "x", "--bits", "6.5"], 2, /^kalliope: --bits 6\.5 is not allowed/],
    [["--out", "x", "--bits", "six"], 2, /^kalliope: --bits six is not allowed/],
    [["--size", "3"], 2, /^kalliope: .*--size/],
  ])("refuses %j", async (args, code, message) => {
    const outcome = await runFakeShrink(args);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr.trimEnd()).not.toContain("\n");
  });

  it("leaves no manifest where a file of the weights is damaged", async () => {
    const [damaged, out] = [await temporaryFolder(), join(await temporaryFolder(), "small")];
    await cp(TINY_WEIGHTS, damaged, { recursive: true });
    await writeFile(join(damaged, "decoder.safetensors"), "not weights");
    const { code, stderr } = await runFakeShrink(["--weights", damaged, "--out", out]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/decoder\.safetensors has 11 bytes/);
    expect(await readdir(out)).not.toContain("manifest.json");
  });

  it("prints its options", async () => {
    const { code, stdout } = await runFakeShrink(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/--out <folder> .*--bits <number> .*--weights <folder> /s);
  });
});
