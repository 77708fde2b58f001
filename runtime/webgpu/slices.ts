/**
 * The work that waits for the GPU. A job is what one call of the backend needs; it is cut into slices of bounded cost, and
 * slices are submitted in order: at once, or as many as the caller allows each frame.
 */
import type { PacedBackend, Slice } from "../backend.ts";
import type { Dispatch, Gpu } from "./gpu.ts";
import { createReadback, type BufferRange } from "./readback.ts";

export type Pacing = "immediate" | "caller";

export interface Job {
  /** What the cost model learns a price for. */
  readonly kind: string;
  /** Writes the job's inputs; called just before its first slice is submitted, after the job before it. */
  readonly prepare: () => void;
  readonly dispatches: readonly Dispatch[];
  /** Its slices let those of all other jobs go first, also of later ones; it shares no buffers with them that are written. */
  readonly isBackground?: boolean;
  /** What the CPU gets when all is done. */
  readonly reads: readonly BufferRange[];
}

export type Slices = PacedBackend["slices"];

export interface JobQueue {
  readonly slices: Slices;
  /**
   * Adds a job. Resolves with the bytes of its `reads`; without any, when its last slice is submitted.
   * @throws what `stop` was told, when that comes first
   */
  run(job: Job): Promise<readonly ArrayBuffer[]>;
  /** Rejects what waits or is on its way, and every later job. */
  stop(reason: Error): void;
}

/**
 * The most a slice may cost: about a millisecond on the slowest GPU that is supported, and a step of the shipped language
 * model in one piece. One dispatch is never cut.
 */
export const SLICE_FLOPS = 2e8;
export const SLICE_BYTES = 1.25e7;

interface JobSlice extends Slice {
  readonly job: Job;
  readonly dispatches: readonly Dispatch[];
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

interface Settle {
  readonly resolve: (results: readonly ArrayBuffer[]) => void;
  readonly reject: (reason: unknown) => void;
}

export function createJobQueue(gpu: Gpu, pacing: Pacing): JobQueue {
  const readback = createReadback(gpu);
  const waiting: JobSlice[] = [];
  const pending = new Map<Job, Settle>();
  let stopped: Error | undefined;
  const settled = (job: Job): Settle | undefined => {
    const settle = pending.get(job);
    pending.delete(job);
    return settle;
  };
  const slices: Slices = {
    waiting,
    onFinished: undefined,
    submit(count) {
      const batch = waiting.splice(0, count);
      if (stopped !== undefined || batch.length === 0) return;
      submitBatch(batch);
      report(batch);
    },
  };

  /** In one command buffer, unless a job begins in the middle: its inputs are written after what was submitted before. */
  function submitBatch(batch: readonly JobSlice[]): void {
    let commands = createCommands(gpu.device);
    const flush = () => {
      commands.submit();
      commands = createCommands(gpu.device);
    };
    for (const { job, dispatches, isFirst, isLast } of batch) {
      if (isFirst) {
        flush();
        job.prepare();
      }
      commands.dispatch(dispatches);
      if (isLast) commands.finish((encoder) => finish(job, encoder));
    }
    commands.submit();
  }

  /** Encodes the copies of a job that is done; what it returns waits for them. */
  function finish(job: Job, encoder: GPUCommandEncoder): () => void {
    if (job.reads.length === 0) return () => settled(job)?.resolve([]);
    const read = readback.copy(encoder, job.reads);
    return () =>
      void read().then(
        (results) => settled(job)?.resolve(results),
        (error: unknown) => settled(job)?.reject(error),
      );
  }

  function placeOf({ isBackground }: Job): number {
    const place = isBackground === true ? -1 : waiting.findIndex((slice) => slice.isBackground === true);
    return place === -1 ? waiting.length : place;
  }

  let lastFinishedMs = 0;
  function report(batch: readonly JobSlice[]): void {
    if (slices.onFinished === undefined) return;
    const submittedMs = performance.now();
    const finished = () => {
      const nowMs = performance.now();
      // Before that it waited for other submissions. The answer's way back and what the page submitted in between count
      // too, so that a price is rather too high than too low.
      const elapsedMs = nowMs - Math.max(submittedMs, lastFinishedMs);
      lastFinishedMs = nowMs;
      slices.onFinished?.(batch, elapsedMs);
    };
    gpu.device.queue.onSubmittedWorkDone().then(finished, () => undefined); // a lost device finishes nothing
  }

  return {
    slices,
    run: (job) =>
      new Promise((resolve, reject) => {
        if (stopped !== undefined) return reject(stopped);
        pending.set(job, { resolve, reject });
        waiting.splice(placeOf(job), 0, ...cut(job));
        if (pacing === "immediate") slices.submit(waiting.length);
      }),
    stop(reason) {
      stopped ??= reason;
      waiting.length = 0;
      for (const job of pending.keys()) settled(job)?.reject(stopped);
    },
  };
}

/** A job of no dispatches is one empty slice. */
function cut(job: Job): JobSlice[] {
  const groups: Dispatch[][] = [[]];
  let flops = 0;
  let bytes = 0;
  for (const dispatch of job.dispatches) {
    flops += dispatch.flops;
    bytes += dispatch.bytes;
    const isOver = flops > SLICE_FLOPS || bytes > SLICE_BYTES;
    if (isOver && groups.at(-1)?.length !== 0) {
      groups.push([]);
      ({ flops, bytes } = dispatch);
    }
    groups.at(-1)?.push(dispatch);
  }
  return groups.map((dispatches, index) => ({
    job,
    dispatches,
    kind: job.kind,
    flops: dispatches.reduce((sum, each) => sum + each.flops, 0),
    bytes: dispatches.reduce((sum, each) => sum + each.bytes, 0),
    isBackground: job.isBackground === true,
    isFirst: index === 0,
    isLast: index === groups.length - 1,
  }));
}

/** One command buffer that is made when it is needed, with a pass that is open while dispatches follow each other. */
function createCommands(device: GPUDevice) {
  let encoder: GPUCommandEncoder | undefined;
  let pass: GPUComputePassEncoder | undefined;
  const afterSubmit: (() => void)[] = [];
  const open = () => (encoder ??= device.createCommandEncoder({ label: "speech" }));
  const endPass = () => {
    pass?.end();
    pass = undefined;
  };
  return {
    dispatch(dispatches: readonly Dispatch[]): void {
      pass ??= open().beginComputePass({ label: "speech" });
      for (const { kernel, bindings, workgroups } of dispatches) {
        pass.setPipeline(kernel.pipeline);
        pass.setBindGroup(0, bindings);
        pass.dispatchWorkgroups(...workgroups);
      }
    },
    /** @param copy encodes copies, and returns what is to be done when they are submitted */
    finish(copy: (encoder: GPUCommandEncoder) => () => void): void {
      endPass();
      afterSubmit.push(copy(open()));
    },
    submit(): void {
      endPass();
      if (encoder === undefined) return;
      device.queue.submit([encoder.finish()]);
      for (const act of afterSubmit) act();
    },
  };
}
