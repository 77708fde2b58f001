/** GPU time of each kernel, by timestamps: for a run of its own, because every dispatch gets a pass to be timed by. */

export interface KernelTime {
  readonly kernel: string;
  /** GPU milliseconds of every dispatch. */
  readonly ms: readonly number[];
}

/** Two for each dispatch; as many as a query set may hold. */
const MOST_TIMESTAMPS = 4096;
const TIMESTAMP_BYTES = 8;

/**
 * Times what is submitted to the device while some work is done; the longest kernel first. Browsers round times to 0.1 ms.
 * @param device has the feature timestamp-query
 * @throws RangeError when the work has more dispatches than can be timed at once
 */
export async function timeKernels(device: GPUDevice, work: () => Promise<unknown>): Promise<KernelTime[]> {
  const querySet = device.createQuerySet({ type: "timestamp", count: MOST_TIMESTAMPS });
  const names: string[] = [];
  const { prototype } = GPUCommandEncoder;
  const original = prototype.beginComputePass;
  prototype.beginComputePass = function (this: GPUCommandEncoder): GPUComputePassEncoder {
    return passesOfDispatches((name) => {
      const first = 2 * names.push(name) - 2;
      if (first >= MOST_TIMESTAMPS)
        throw new RangeError(`More than ${MOST_TIMESTAMPS / 2} dispatches to time.`);
      const writes = { querySet, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
      return original.call(this, { timestampWrites: writes });
    });
  };
  try {
    await work();
  } finally {
    prototype.beginComputePass = original;
  }
  const nanoseconds = await readTimestamps(device, querySet, 2 * names.length);
  querySet.destroy();
  const times = new Map<string, number[]>();
  for (const [index, name] of names.entries()) {
    const took = (nanoseconds[2 * index + 1] ?? 0n) - (nanoseconds[2 * index] ?? 0n);
    times.set(name, [...(times.get(name) ?? []), Number(took) / 1e6]);
  }
  const kernels = Array.from(times, ([kernel, ms]) => ({ kernel, ms }));
  return kernels.toSorted((a, b) => sumOf(b.ms) - sumOf(a.ms));
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Stands for one pass; begins another for every dispatch, named after its kernel. */
function passesOfDispatches(begin: (kernel: string) => GPUComputePassEncoder): GPUComputePassEncoder {
  let pipeline: GPUComputePipeline | undefined;
  let bindings: GPUBindGroup | undefined;
  const stand: Pick<GPUComputePassEncoder, "setPipeline" | "dispatchWorkgroups" | "end"> & {
    setBindGroup(index: number, group: GPUBindGroup): void;
  } = {
    setPipeline(next) {
      pipeline = next;
      return undefined;
    },
    setBindGroup(_index, group) {
      bindings = group;
    },
    dispatchWorkgroups(...workgroups) {
      if (pipeline === undefined) return undefined;
      const pass = begin(pipeline.label);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...workgroups);
      pass.end();
      return undefined;
    },
    end: () => undefined,
  };
  return stand as GPUComputePassEncoder;
}

async function readTimestamps(
  device: GPUDevice,
  querySet: GPUQuerySet,
  count: number,
): Promise<BigUint64Array> {
  const size = Math.max(1, count) * TIMESTAMP_BYTES;
  const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
  const resolved = device.createBuffer({ label: "timestamps", size, usage });
  const staging = device.createBuffer({
    label: "timestamps",
    size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const nanoseconds = new BigUint64Array(staging.getMappedRange().slice(0));
  resolved.destroy();
  staging.destroy();
  return nanoseconds;
}
