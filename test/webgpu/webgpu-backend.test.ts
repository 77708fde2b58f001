import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { SentenceRequest, Slice } from "../../runtime/backend.ts";
import { BackendError, WeightsError } from "../../runtime/errors.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import {
  createWebGpuBackend,
  type WebGpuBackend,
  type WebGpuOptions,
} from "../../runtime/webgpu/webgpu-backend.ts";
import { loadWeights, type Weights } from "../../runtime/weights.ts";
import { goldenAdapter, goldenLine } from "../contract/adapter-gradient.ts";
import { goldenOf, goldenRequest, speakWhole } from "../contract/tiny-sentence.ts";
import { readTiny } from "../onnx/tiny-weights.ts";
import { requestDevice, testGpu } from "./dawn.ts";
import { createFragileDevice } from "./fragile-device.ts";
import { signalToNoise } from "./signal-to-noise.ts";

const { device } = await testGpu();
let weights: Weights;
let request: SentenceRequest;
let backend: WebGpuBackend;

/** Pipelines of one device are compiled once, so further backends of the same options are cheap. */
function create(options: Partial<WebGpuOptions> = {}): Promise<WebGpuBackend> {
  return createWebGpuBackend(weights, { device, readShader, slots: 2, weightType: "f32", ...options });
}

beforeAll(async () => {
  weights = await loadWeights(readTiny, []);
  request = goldenRequest(weights.manifest);
  backend = await create();
});
afterEach(() => void vi.restoreAllMocks());

/** Lets microtasks and the device's own callbacks run. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("a step", () => {
  it("creates nothing, writes nothing, waits for nothing, and takes at most 7 dispatches a layer", async () => {
    const count = async (frames: number) => {
      const handle = await backend.openSentence(request);
      const spies = {
        creations: (
          ["createBuffer", "createBindGroup", "createShaderModule", "createComputePipelineAsync"] as const
        ).map((name) => vi.spyOn(GPUDevice.prototype, name)),
        writes: [vi.spyOn(GPUQueue.prototype, "writeBuffer")],
        submits: [vi.spyOn(GPUQueue.prototype, "submit")],
        passes: [vi.spyOn(GPUCommandEncoder.prototype, "beginComputePass")],
        waits: [
          vi.spyOn(GPUBuffer.prototype, "mapAsync"),
          vi.spyOn(GPUQueue.prototype, "onSubmittedWorkDone"),
        ],
        dispatches: [vi.spyOn(GPUComputePassEncoder.prototype, "dispatchWorkgroups")],
      };
      await backend.advance([handle], frames);
      const calls = Object.entries(spies).map(([name, all]) => [
        name,
        all.reduce((sum, { mock }) => sum + mock.calls.length, 0),
      ]);
      vi.restoreAllMocks();
      await backend.close(handle);
      return Object.fromEntries(calls) as Record<keyof typeof spies, number>;
    };
    await count(1); // the read-back buffer is there from now on
    const [two, six] = [await count(2), await count(6)];
    expect(two).toMatchObject({ creations: 0, writes: 1, submits: 1, passes: 1, waits: 1 });
    expect(six).toMatchObject({ creations: 0, writes: 1, submits: 1, passes: 1, waits: 1 });
    const { layers } = weights.manifest.languageModel;
    expect(two.dispatches).toBeGreaterThan(0);
    expect(six.dispatches - two.dispatches).toBe(4 * (5 * layers + 3));
  });
});

describe("pacing by the caller", () => {
  it("submits slices in order when it is told to, and reports them", async () => {
    const whole = await speakWhole(backend, request, 4);
    const paced = await create({ pacing: "caller" });
    const { slices } = paced;
    const finished: [readonly Slice[], number][] = [];
    slices.onFinished = (done, elapsedMs) => finished.push([done, elapsedMs]);
    const opened = vi.fn();
    const opening = paced.openSentence(request);
    void opening.then(opened);
    await settle();
    expect(opened).not.toHaveBeenCalled();
    expect(slices.waiting.map(({ kind }) => kind)).toEqual(["lm-prefill"]);
    slices.submit(1);
    const handle = await opening;
    const advancing = paced.advance([handle], 4);
    expect(
      slices.waiting.every(({ kind, flops, bytes }) => kind === "lm-step" && flops > 0 && bytes > 0),
    ).toBe(true);
    slices.submit(slices.waiting.length);
    expect(slices.waiting).toHaveLength(0);
    const [batch] = await advancing;
    expect([...batch!.symbolIndices]).toEqual(whole.pointers.slice(0, 4));
    await settle();
    expect(finished.map(([done]) => done.map(({ kind }) => kind))).toEqual([["lm-prefill"], ["lm-step"]]);
    expect(finished.every(([, elapsedMs]) => elapsedMs >= 0)).toBe(true);
    const later = paced.advance([handle], 1);
    const disposing = paced.dispose();
    await expect(later).rejects.toThrow(/disposed/);
    await disposing;
  });
});

describe("slots", () => {
  it("lets a sentence wait until there is one free, and refuses it when the backend is disposed", async () => {
    const small = await create({ slots: 2 });
    const [first] = await Promise.all([small.openSentence(request), small.openSentence(request)]);
    const opened = vi.fn();
    const third = small.openSentence(request);
    void third.then(opened, () => undefined);
    await settle();
    expect(opened).not.toHaveBeenCalled();
    await small.close(first);
    expect(await third).toBeTypeOf("number");
    const fourth = small.openSentence(request);
    fourth.catch(() => undefined);
    await small.dispose();
    await expect(fourth).rejects.toThrow(BackendError);
  });

  it("refuses a sentence that has no room, at once or when the room is used up", async () => {
    const { manifest, read } = weights;
    const endless = { ...manifest, stop: { ...manifest.stop, klThreshold: 0, restFrames: 1000 } };
    const options = { device, readShader, slots: 2, positions: 24, weightType: "f32" } as const;
    const narrow = await createWebGpuBackend({ manifest: endless, read }, options);
    await expect(narrow.openSentence(request)).rejects.toThrow(/14 symbols has no room; allowed: up to 11/);
    const handle = await narrow.openSentence({ ...request, symbols: request.symbols.slice(0, 11) });
    const [batch] = await narrow.advance([handle], 100);
    expect(batch).toMatchObject({ symbolIndices: { length: 24 - 12 } });
    expect(batch!.ended).toBeUndefined();
    await expect(narrow.advance([handle], 1)).rejects.toThrow(/within the 24 positions/);
    await narrow.dispose();
  });

  it.each([{ slots: 0 }, { slots: 65 }, { positions: 8 }, { positions: 4096 }])(
    "refuses %o",
    async (options) => {
      await expect(create(options)).rejects.toThrow(RangeError);
    },
  );
});

describe("loss of the device", () => {
  it("rejects what is under way and everything later, and nothing hangs", async () => {
    const own = await requestDevice();
    const lost = await create({ device: own, slots: 1 });
    const handle = await lost.openSentence(request);
    const waiting = lost.openSentence(request);
    const advancing = lost.advance([handle], 50);
    const decoding = lost.decode([handle]);
    const golden = await goldenOf(readTiny, "lm-train");
    const line = goldenLine(golden, weights.manifest);
    const training = lost.adapterGradient(line, goldenAdapter(golden));
    const underWay = Promise.allSettled([advancing, decoding]);
    own.destroy();
    await expect(training).rejects.toThrow(BackendError);
    await expect(waiting).rejects.toThrow(BackendError);
    // What was ready before the loss may still arrive.
    const reasons = (await underWay).flatMap((each) =>
      each.status === "rejected" ? [each.reason as unknown] : [],
    );
    expect(reasons.filter((reason) => !(reason instanceof BackendError))).toEqual([]);
    await expect(lost.openSentence(request)).rejects.toThrow(BackendError);
    await expect(lost.advance([handle], 1)).rejects.toThrow(BackendError);
    await expect(lost.decode([handle])).rejects.toThrow(BackendError);
    await expect(lost.encode(new Float32Array(1280))).rejects.toThrow(BackendError);
    await expect(lost.adapterGradient(line, goldenAdapter(golden))).rejects.toThrow(BackendError);
    await lost.close(handle);
    await lost.dispose();
  });

  it("rejects slices that the caller has not submitted", async () => {
    const fragile = createFragileDevice(device);
    const paced = await create({ device: fragile.device, pacing: "caller" });
    const opening = paced.openSentence(request);
    fragile.lose();
    await expect(opening).rejects.toThrow(/lost \(the driver was reset\)/);
    expect(paced.slices.waiting).toHaveLength(0);
    await expect(paced.openSentence(request)).rejects.toThrow(BackendError);
    await paced.dispose();
  });

  it("rejects the load of a backend on a device that is lost", async () => {
    const own = await requestDevice();
    own.destroy();
    await expect(create({ device: own, slots: 1 })).rejects.toThrow(BackendError);
  });
});

describe("createWebGpuBackend", () => {
  it("tells which adapter computes wrongly", async () => {
    const wrong = async (name: string) => {
      const source = await readShader(name);
      return name === "attention-weights" ? source.replace("score * score_scale()", "score * 0.8") : source;
    };
    await expect(create({ readShader: wrong, slots: 1 })).rejects.toThrow(
      /computes wrongly: its prediction is off by/,
    );
  });

  it("shows the line of a shader that does not compile", async () => {
    const broken = async (name: string) => {
      const source = await readShader(name);
      return name === "sample" ? source.replace("slot.frames++;", "slot.farmes++;") : source;
    };
    await expect(create({ readShader: broken })).rejects.toThrow(BackendError);
    await expect(create({ readShader: broken })).rejects.toThrow(
      /sample\.wgsl does not compile: .*\n.*slot\.farmes/,
    );
  });

  it("says when the device has no memory left", async () => {
    const answer = async () => ({ message: "no more" }) as GPUError;
    vi.spyOn(GPUDevice.prototype, "popErrorScope").mockImplementation(answer);
    await expect(create()).rejects.toThrow(/not enough memory \(no more\)/);
  });

  it("refuses sizes the kernels do not allow", async () => {
    const { manifest, read } = weights;
    const odd = { ...manifest, languageModel: { ...manifest.languageModel, ffnDim: 49 } };
    await expect(createWebGpuBackend({ manifest: odd, read }, { device, readShader })).rejects.toThrow(
      WeightsError,
    );
  });

  it("reports what is allocated, and frees all of it", async () => {
    const destroyed = vi.spyOn(GPUBuffer.prototype, "destroy");
    const created = vi.spyOn(GPUDevice.prototype, "createBuffer");
    const other = await create();
    const handle = await other.openSentence(request);
    await other.advance([handle], 2);
    const memory = other.memory();
    expect(memory).toHaveLength(created.mock.calls.length - destroyed.mock.calls.length);
    expect(memory.find(({ name }) => name === "slots")?.bytes).toBe(2 * 48);
    expect(memory.every(({ name, bytes }) => name !== "" && bytes > 0)).toBe(true);
    await other.dispose();
    expect(other.memory()).toEqual([]);
    expect(destroyed).toHaveBeenCalledTimes(created.mock.calls.length);
  });

  it("keeps the matrices of the language model in int8, and those of the decoder in f16", async () => {
    const [half, small] = [await create({ weightType: "f16" }), await create({ weightType: "int8" })];
    const bytesOf = (given: WebGpuBackend, name: string) =>
      given.memory().find((each) => each.name === name)?.bytes ?? NaN;
    const { dim, ffnDim } = weights.manifest.languageModel;
    expect(bytesOf(half, "layers.0.gate.weight")).toBe(2 * ffnDim * dim);
    expect(bytesOf(small, "layers.0.gate.weight")).toBe(ffnDim * (dim + 4));
    expect(bytesOf(small, "layers.0.ffn_norm.weight")).toBe(4 * dim);
    const conv = "stages.0.0.expand.weight";
    expect(bytesOf(small, conv)).toBe(bytesOf(half, conv));
    const cold = { ...request, temperature: 0 };
    const [expected, given] = [await speakWhole(half, cold, 4), await speakWhole(small, cold, 4)];
    expect(given.pointers).toEqual(expected.pointers);
    expect(given.samples).toHaveLength(expected.samples.length);
    expect(given.samples.every((sample) => Number.isFinite(sample))).toBe(true);
    await half.dispose();
    await small.dispose();
  });

  it("speaks with f16 weights as with f32 ones, and reports its progress", async () => {
    const progress: [number, number][] = [];
    const onProgress = (compiled: number, total: number) => void progress.push([compiled, total]);
    const half = await create({ weightType: "f16", onProgress });
    const cold = { ...request, temperature: 0 };
    const [expected, given] = [await speakWhole(backend, cold, 4), await speakWhole(half, cold, 4)];
    expect(given.pointers).toEqual(expected.pointers);
    expect(signalToNoise(given.samples, expected.samples)).toBeGreaterThan(60);
    const [last] = progress.slice(-1);
    expect(last![0]).toBe(last![1]);
    expect(progress.map(([compiled]) => compiled)).toEqual(progress.map((_, index) => index + 1));
    await half.dispose();
  });
});
