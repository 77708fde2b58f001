import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Adapter, TrainingLine } from "../../runtime/backend.ts";
import { AdapterError, BackendError } from "../../runtime/errors.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { SLICE_BYTES, SLICE_FLOPS } from "../../runtime/webgpu/slices.ts";
import {
  createWebGpuBackend,
  type WebGpuBackend,
  type WebGpuOptions,
} from "../../runtime/webgpu/webgpu-backend.ts";
import { loadWeights, type Weights } from "../../runtime/weights.ts";
import { goldenAdapter, goldenLine } from "../contract/adapter-gradient.ts";
import { adapterOf, goldenOf, goldenRequest } from "../contract/tiny-sentence.ts";
import { readTiny } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { createFragileDevice } from "./fragile-device.ts";
import { relativeError } from "./numeric-gradient.ts";

const { device } = await testGpu();
let weights: Weights;
let golden: (key: string) => Float32Array;
let line: TrainingLine;
let adapter: Adapter;
let backend: WebGpuBackend;

const create = (options: Partial<WebGpuOptions> = {}) =>
  createWebGpuBackend(weights, { device, readShader, slots: 2, weightType: "f16", ...options });

beforeAll(async () => {
  weights = await loadWeights(readTiny, []);
  golden = await goldenOf(readTiny, "lm-train");
  line = goldenLine(golden, weights.manifest);
  adapter = goldenAdapter(golden);
  backend = await create();
});
afterEach(() => void vi.restoreAllMocks());

/** The line, so often one after the other that it has `frames` frames; all at its last symbol after the first time. */
function longLine(frames: number): TrainingLine {
  const repeated = (values: Float32Array) =>
    Float32Array.from(
      { length: frames * weights.manifest.latentDim },
      (_, at) => values[at % (values.length - weights.manifest.latentDim)]!,
    );
  const last = line.symbols.length - 1;
  return {
    ...line,
    symbolIndices: Int32Array.from({ length: frames }, (_, frame) => line.symbolIndices[frame] ?? last),
    latents: repeated(line.latents),
    target: { mean: repeated(line.target.mean), logScale: repeated(line.target.logScale) },
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("adapterGradient of the webgpu backend", () => {
  it("with f16 weights is that of PyTorch", async () => {
    const { kl, pointer, gradient, conditioningGradient } = await backend.adapterGradient(line, adapter);
    expect(relativeError([kl], golden("output.kl"))).toBeLessThan(1e-3);
    expect(relativeError([pointer], golden("output.pointer"))).toBeLessThan(1e-3);
    const parts = {
      attentionA: "attention_a",
      attentionB: "attention_b",
      headA: "head_a",
      headB: "head_b",
    } as const;
    for (const part of ["attentionA", "attentionB", "headA", "headB"] as const) {
      const wanted = golden(`output.gradient_lora_${parts[part]}`);
      expect(relativeError(gradient[part], wanted), part).toBeLessThan(1e-3);
    }
    expect(relativeError(conditioningGradient, golden("output.gradient_speaker"))).toBeLessThan(1e-3);
  });

  it("creates nothing from the second line on, submits and reads back once", async () => {
    await backend.adapterGradient(line, adapter);
    const names = [
      "createBuffer",
      "createBindGroup",
      "createShaderModule",
      "createComputePipelineAsync",
    ] as const;
    const creations = names.map((name) => vi.spyOn(GPUDevice.prototype, name));
    const submits = vi.spyOn(GPUQueue.prototype, "submit");
    const maps = vi.spyOn(GPUBuffer.prototype, "mapAsync");
    await backend.adapterGradient(line, adapterOf(weights.manifest, 16, 0.1));
    expect(creations.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0, 0]);
    expect(submits).toHaveBeenCalledOnce();
    expect(maps).toHaveBeenCalledOnce();
  });

  it("makes room for a longer line in place of what it had, and goes on with shorter ones", async () => {
    const before = await backend.adapterGradient(line, adapter);
    const bytesOf = () => backend.memory().reduce((sum, { bytes }) => sum + bytes, 0);
    const namesOf = () =>
      backend
        .memory()
        .map(({ name }) => name)
        .filter((name) => name.startsWith("train "));
    const [bytes, names] = [bytesOf(), namesOf()];
    const long = await backend.adapterGradient(longLine(120), adapter);
    expect(Number.isFinite(long.kl)).toBe(true);
    expect(namesOf()).toEqual(names);
    expect(bytesOf()).toBeGreaterThan(bytes);
    const after = await backend.adapterGradient(line, adapter);
    expect(after.kl).toBeCloseTo(before.kl, 4);
    expect(relativeError(after.gradient.attentionA, before.gradient.attentionA)).toBeLessThan(1e-5);
  });

  it("refuses a line that is too long and an adapter of too high a rank", async () => {
    await expect(backend.adapterGradient(longLine(1010), adapter)).rejects.toThrow(
      /14 symbols and 1010 frames is too long to learn from; allowed: 1023 of both/,
    );
    await expect(backend.adapterGradient(longLine(1010), adapter)).rejects.toThrow(RangeError);
    const training = backend.adapterGradient(line, adapterOf(weights.manifest, 17, 0.1));
    await expect(training).rejects.toThrow(AdapterError);
    await expect(training).rejects.toThrow(/rank 17; the webgpu backend allows 1 to 16/);
  });

  it("frees what it made when there is no memory for it", async () => {
    const other = await create();
    const names = other.memory().map(({ name }) => name);
    const answer = async () => ({ message: "no more" }) as GPUError;
    vi.spyOn(GPUDevice.prototype, "popErrorScope").mockImplementation(answer);
    await expect(other.adapterGradient(line, adapter)).rejects.toThrow(/not enough memory \(no more\)/);
    vi.restoreAllMocks();
    expect(other.memory().map(({ name }) => name)).toEqual(names);
    expect((await other.adapterGradient(line, adapter)).kl).toBeGreaterThan(0);
    await other.dispose();
    expect(other.memory()).toEqual([]);
  });

  it("is cut into slices that let speech go first", async () => {
    const paced = await create({ pacing: "caller" });
    const { slices } = paced;
    const training = paced.adapterGradient(line, adapter);
    while (slices.waiting.length === 0) await settle();
    const isWithin = ({ flops, bytes }: { flops: number; bytes: number }) =>
      flops <= SLICE_FLOPS && bytes <= SLICE_BYTES;
    expect(slices.waiting.every((slice) => slice.kind === "train" && isWithin(slice))).toBe(true);
    const opening = paced.openSentence(goldenRequest(weights.manifest));
    expect(slices.waiting[0]?.kind).toBe("lm-prefill");
    slices.submit(1);
    await opening;
    slices.submit(slices.waiting.length);
    expect((await training).kl).toBeGreaterThan(0);
    await paced.dispose();
  });

  it("rejects slices that are not submitted when the device is lost, and what waits behind them", async () => {
    const fragile = createFragileDevice(device);
    const lost = await create({ device: fragile.device, pacing: "caller" });
    const calls = [lost.adapterGradient(line, adapter), lost.adapterGradient(line, adapter)];
    while (lost.slices.waiting.length === 0) await settle();
    fragile.lose();
    for (const call of calls) await expect(call).rejects.toThrow(BackendError);
    await expect(lost.adapterGradient(line, adapter)).rejects.toThrow(/lost \(the driver was reset\)/);
    await lost.dispose();
    expect(lost.memory()).toEqual([]);
  });
});
