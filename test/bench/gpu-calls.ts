/** Calls of WebGPU, by what a player's machine pays for them. */
export const CALL_KINDS = {
  dispatches: [
    "GPUComputePassEncoder.dispatchWorkgroups",
    "GPUComputePassEncoder.dispatchWorkgroupsIndirect",
  ],
  passes: ["GPUCommandEncoder.beginComputePass"],
  submits: ["GPUQueue.submit"],
  writes: ["GPUQueue.writeBuffer"],
  copies: ["GPUCommandEncoder.copyBufferToBuffer"],
  maps: ["GPUBuffer.mapAsync"],
  waits: ["GPUQueue.onSubmittedWorkDone"],
  creations: [
    "GPUDevice.createBuffer",
    "GPUDevice.createBindGroup",
    "GPUDevice.createShaderModule",
    "GPUDevice.createComputePipeline",
    "GPUDevice.createComputePipelineAsync",
  ],
} as const;

export type CallKind = keyof typeof CALL_KINDS;

export type CallCounts = Readonly<Record<CallKind, number>>;

const KINDS = Object.keys(CALL_KINDS) as CallKind[];

/** Counts the calls made on all devices of this page or process while some work is done. */
export async function countCalls(work: () => Promise<unknown>): Promise<CallCounts> {
  const counts = countsOf(() => 0);
  const restore = KINDS.flatMap((kind) => CALL_KINDS[kind].map((path) => watch(path, () => counts[kind]++)));
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
  }
  return counts;
}

/** What each of `steps` more steps adds: what a call costs once is in both. */
export function callsPerStep(few: CallCounts, many: CallCounts, steps: number): CallCounts {
  return countsOf((kind) => (many[kind] - few[kind]) / steps);
}

function countsOf(count: (kind: CallKind) => number): Record<CallKind, number> {
  return Object.fromEntries(KINDS.map((kind) => [kind, count(kind)])) as Record<CallKind, number>;
}

/** Tells of each call of a method, until the returned function is called. */
function watch(path: string, onCall: () => void): () => void {
  const [owner = "", method = ""] = path.split(".");
  const { prototype } = Reflect.get(globalThis, owner) as { prototype: Record<string, unknown> };
  const original = prototype[method] as (...args: unknown[]) => unknown;
  prototype[method] = function (this: unknown, ...args: unknown[]): unknown {
    onCall();
    return original.apply(this, args);
  };
  return () => {
    prototype[method] = original;
  };
}
