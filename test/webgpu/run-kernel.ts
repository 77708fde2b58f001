/** Runs single kernels for tests: arrays in, arrays out. */
import { floatToHalf, halfToFloat } from "../../runtime/half.ts";
import { fromInt8Rows, toInt8Rows } from "../../runtime/int8-rows.ts";
import { MOST_COLUMNS, NO_SLOT } from "../../runtime/webgpu/language-model-buffers.ts";
import type { Dispatch, Gpu, Kernel, WeightType } from "../../runtime/webgpu/gpu.ts";

export { NO_SLOT };

type Data = Float32Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

/** A storage buffer of these values. */
export function upload(gpu: Gpu, data: Data, usage?: number): GPUBuffer {
  const buffer = gpu.buffer("test", data.byteLength, usage);
  const bytes = new Uint8Array(buffer.size);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  gpu.device.queue.writeBuffer(buffer, 0, bytes);
  return buffer;
}

/** A buffer of uniforms. */
export function uniform(gpu: Gpu, data: Data): GPUBuffer {
  return upload(gpu, data, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
}

/** Columns [slot, position, span, rank] as kernels read them, idle ones after them (shaders/column.wgsl). */
export function uploadColumns(gpu: Gpu, columns: readonly (readonly number[])[]): GPUBuffer {
  const words = new Uint32Array(4 * MOST_COLUMNS).fill(NO_SLOT);
  columns.forEach((column, index) => words.set(column, 4 * index));
  return uniform(gpu, words);
}

/** A matrix as kernels read it, with rows of `columns`, a multiple of 4. */
export function uploadWeights(gpu: Gpu, data: Float32Array, type: WeightType, columns: number): GPUBuffer {
  if (type === "int8") return upload(gpu, toInt8Rows(data, columns));
  return upload(gpu, type === "f32" ? data : Uint16Array.from(data, floatToHalf));
}

/** The values of a matrix after it was stored in rows of `columns`. */
export function rounded(data: Float32Array, type: WeightType, columns: number): Float32Array {
  if (type === "int8") return fromInt8Rows(toInt8Rows(data, columns), columns);
  return type === "f16" ? halved(data) : data;
}

/** Dispatches a kernel once. */
export function runKernel(
  { device, bind }: Gpu,
  kernel: Kernel,
  buffers: readonly (GPUBuffer | GPUBufferBinding)[],
  workgroups: readonly [number, number?, number?],
): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(kernel.pipeline);
  pass.setBindGroup(0, bind(kernel, buffers));
  pass.dispatchWorkgroups(...workgroups);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** The floats of a buffer, from the `first`, `count` of them; by default all. */
export async function download(
  gpu: Gpu,
  buffer: GPUBuffer,
  count = buffer.size / 4,
  first = 0,
): Promise<Float32Array> {
  const staging = gpu.buffer("staging", count * 4, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  const encoder = gpu.device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, first * 4, staging, 0, count * 4);
  gpu.device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const floats = new Float32Array(staging.getMappedRange().slice(0, count * 4));
  gpu.free(staging);
  return floats;
}

/** N(0, 1)-like values that are the same at every run; `seed` sets them apart. */
export function noise(count: number, seed: number): Float32Array {
  let state = (seed + 1) * 2654435761;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  for (let skipped = 0; skipped < 8; skipped++) next();
  return Float32Array.from({ length: count }, () => 2 * (next() + next() + next()));
}

/** The values as they are after storage as f16. */
export function halved(values: Float32Array): Float32Array {
  return values.map((value) => halfToFloat(floatToHalf(value)));
}

/** Runs prepared dispatches in one pass. */
export function runDispatches({ device }: Gpu, dispatches: readonly Dispatch[]): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const { kernel, bindings, workgroups } of dispatches) {
    pass.setPipeline(kernel.pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(...workgroups);
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** The values of a matrix. */
export async function downloadWeights(
  gpu: Gpu,
  buffer: GPUBuffer,
  type: WeightType,
  columns: number,
): Promise<Float32Array> {
  const words = await download(gpu, buffer);
  if (type === "int8") return fromInt8Rows(new Uint8Array(words.buffer as ArrayBuffer), columns);
  return type === "f32" ? words : Float32Array.from(new Uint16Array(words.buffer), halfToFloat);
}
