import { describe, expect, it } from "vitest";
import { BackendError } from "../../runtime/errors.ts";
import type { Dispatch, Gpu, Kernel } from "../../runtime/webgpu/gpu.ts";
import { createJobQueue, type Job } from "../../runtime/webgpu/slices.ts";

/** A device that writes down what it is told. */
function recorder() {
  const log: string[] = [];
  const pass = {
    setPipeline: () => undefined,
    setBindGroup: () => undefined,
    dispatchWorkgroups: (x: number) => log.push(`dispatch ${x}`),
    end: () => log.push("end"),
  };
  const encoder = { beginComputePass: () => (log.push("pass"), pass), finish: () => ({}) };
  const device = {
    createCommandEncoder: () => encoder,
    queue: { submit: () => log.push("submit"), onSubmittedWorkDone: async () => undefined },
  };
  return { log, gpu: { device } as unknown as Gpu };
}

function dispatch(index: number, flops: number, bytes: number): Dispatch {
  const bindings = {} as GPUBindGroup;
  return { label: "", kernel: {} as Kernel, bindings, workgroups: [index, 1, 1], flops, bytes };
}

function job(kind: string, log: string[], dispatches: readonly Dispatch[]): Job {
  return { kind, prepare: () => void log.push(`write ${kind}`), dispatches, reads: [] };
}

describe("createJobQueue", () => {
  it("cuts a job into slices of bounded cost, one dispatch at least", async () => {
    const { log, gpu } = recorder();
    const { slices, run } = createJobQueue(gpu, "caller");
    const done = run(
      job("a", log, [dispatch(1, 1.5e8, 1), dispatch(2, 9e7, 1), dispatch(3, 1, 9e7), dispatch(4, 1, 5)]),
    );
    expect(slices.waiting.map(({ kind, flops, bytes }) => [kind, flops, bytes])).toEqual([
      ["a", 1.5e8, 1],
      ["a", 9e7, 1],
      ["a", 1, 9e7],
      ["a", 1, 5],
    ]);
    slices.submit(3);
    expect(log).toEqual(["write a", "pass", "dispatch 1", "dispatch 2", "dispatch 3", "end", "submit"]);
    slices.submit(1);
    expect(await done).toEqual([]);
    expect(log.slice(7)).toEqual(["pass", "dispatch 4", "end", "submit"]);
  });

  it("writes the inputs of a job after what was submitted before it", async () => {
    const { log, gpu } = recorder();
    const { slices, run } = createJobQueue(gpu, "caller");
    const finished: string[][] = [];
    slices.onFinished = (batch) => finished.push(batch.map(({ kind }) => kind));
    const all = Promise.all([
      run(job("a", log, [dispatch(1, 1, 1)])),
      run(job("b", log, [dispatch(2, 1, 1)])),
    ]);
    slices.submit(5);
    await all;
    expect(log.join(" ")).toBe("write a pass dispatch 1 end submit write b pass dispatch 2 end submit");
    await Promise.resolve();
    expect(finished).toEqual([["a", "b"]]);
  });

  it("lets background work wait behind other jobs, also behind later ones and in its middle", async () => {
    const { log, gpu } = recorder();
    const { slices, run } = createJobQueue(gpu, "caller");
    const background = (kind: string, indices: readonly number[]) =>
      run({
        ...job(
          kind,
          log,
          indices.map((index) => dispatch(index, 3e8, 1)),
        ),
        isBackground: true,
      });
    const training = [background("train", [1, 2]), background("train again", [3])];
    const first = run(job("a", log, [dispatch(4, 1, 1)]));
    const kinds = () => slices.waiting.map(({ kind }) => kind);
    expect(kinds()).toEqual(["a", "train", "train", "train again"]);
    expect(slices.waiting.map(({ isBackground }) => isBackground)).toEqual([false, true, true, true]);
    slices.submit(2);
    const second = run(job("b", log, [dispatch(5, 1, 1)]));
    expect(kinds()).toEqual(["b", "train", "train again"]);
    slices.submit(3);
    await Promise.all([...training, first, second]);
    const dispatched = log.filter((entry) => !/^(pass|end|submit)$/.test(entry));
    expect(dispatched.join(", ")).toBe(
      "write a, dispatch 4, write train, dispatch 1, write b, dispatch 5, dispatch 2, write train again, dispatch 3",
    );
  });

  it("does all at once when nobody paces it", async () => {
    const { log, gpu } = recorder();
    const { slices, run } = createJobQueue(gpu, "immediate");
    await run(job("a", log, [dispatch(1, 3e8, 1), dispatch(2, 3e8, 1)]));
    expect(log).toEqual(["write a", "pass", "dispatch 1", "dispatch 2", "end", "submit"]);
    expect(slices.waiting).toHaveLength(0);
  });

  it("rejects what waits, and what comes, once it is stopped", async () => {
    const { log, gpu } = recorder();
    const { slices, run, stop } = createJobQueue(gpu, "caller");
    const waiting = run(job("a", log, [dispatch(1, 1, 1)]));
    stop(new BackendError("gone"));
    stop(new Error("gone again"));
    await expect(waiting).rejects.toThrow("gone");
    await expect(run(job("b", log, []))).rejects.toThrow(BackendError);
    slices.submit(1);
    expect([log, slices.waiting]).toEqual([[], []]);
  });
});
