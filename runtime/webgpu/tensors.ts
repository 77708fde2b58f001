/**
 * The tensors of a safetensors file as GPU buffers. Matrices keep their type or are widened to f32; vectors (biases, norm
 * weights) are always f32, so that kernels read them plainly.
 */
import { WeightsError } from "../errors.ts";
import type { Gpu, WeightType } from "./gpu.ts";
import { floatToHalf, halfToFloat } from "../half.ts";

export interface TensorOptions {
  /** How matrices are stored on the GPU. */
  readonly weightType: WeightType;
  /** Awaited between pieces of an upload, so that a page can draw. Defaults to going on at once. */
  readonly yieldToFrame?: () => Promise<void>;
}

/** A matrix on the GPU: `array<Weight4>` of the prelude for its type, rows of a multiple of 4 numbers. */
export interface Matrix {
  readonly buffer: GPUBuffer;
  readonly type: WeightType;
}

/** Names are those of the file; of several, the rows are joined one under the other. @throws WeightsError when it lacks one */
export interface Tensors {
  /** Of the matrices. */
  readonly weightType: WeightType;
  has(name: string): boolean;
  shape(name: string): readonly number[];
  /** The buffer is there at once and filled by `upload`. */
  matrix(...names: readonly string[]): Matrix;
  /** A small matrix whose rows may have any width: they are filled up with zeros. */
  paddedMatrix(name: string): Matrix;
  /** As `array<f32>`; filled by `upload`. */
  vector(...names: readonly string[]): GPUBuffer;
  /** The values of a small tensor, on the CPU. */
  floats(name: string): Float32Array<ArrayBuffer>;
  /** Fills the buffers asked for so far, a few MB at a time. */
  upload(): Promise<void>;
}

interface Stored {
  readonly dtype: "F16" | "F32";
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const UPLOAD_BYTES = 2 ** 22;
const COLUMNS_OF_WEIGHT4 = 4;

/**
 * @param bytes a file that was checked against the manifest
 * @param file its name, for messages
 */
export function openTensors(
  gpu: Gpu,
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  { weightType, yieldToFrame }: TensorOptions,
): Tensors {
  const tensors = readHeader(bytes);
  const stored = (name: string) => {
    const tensor = tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw new WeightsError(`${file} has no tensor "${name}". Use weights exported for this version.`);
  };
  const waiting: { buffer: GPUBuffer; parts: readonly Stored[]; type: WeightType }[] = [];
  const planned = (names: readonly string[], type: WeightType, parts = names.map(stored)) => {
    const count = parts.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const buffer = gpu.buffer(names.join(" "), count * (type === "f16" ? 2 : 4));
    waiting.push({ buffer, parts, type });
    return buffer;
  };
  return {
    weightType,
    has: (name) => tensors.has(name),
    shape: (name) => stored(name).shape,
    matrix(...names) {
      for (const name of names) checkMatrix(name, stored(name).shape);
      return { buffer: planned(names, weightType), type: weightType };
    },
    paddedMatrix(name) {
      return { buffer: planned([name], weightType, [padded(stored(name))]), type: weightType };
    },
    vector: (...names) => planned(names, "f32"),
    floats: (name) => toFloats(stored(name)),
    async upload() {
      for (const { buffer, parts, type } of waiting.splice(0)) {
        let offset = 0;
        for (const part of parts) {
          for (const piece of piecesOf(part, type)) {
            gpu.device.queue.writeBuffer(buffer, offset, piece);
            offset += piece.byteLength;
            await yieldToFrame?.();
          }
        }
      }
    },
  };
}

/** Format of the header: https://github.com/huggingface/safetensors#format */
function readHeader(bytes: Uint8Array<ArrayBuffer>): Map<string, Stored> {
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<
    string,
    { dtype: "F16" | "F32"; shape: number[]; data_offsets: [number, number] }
  >;
  const named = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return new Map(
    named.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => [name, { dtype, shape, bytes: bytes.subarray(start + begin, start + end) }],
    ),
  );
}

function checkMatrix(name: string, shape: readonly number[]): void {
  if ((shape.at(-1) ?? 0) % COLUMNS_OF_WEIGHT4 === 0) return;
  throw new WeightsError(
    `The tensor "${name}" has rows of ${shape.at(-1)} numbers; the webgpu backend needs a multiple of ` +
      `${COLUMNS_OF_WEIGHT4}. Use the onnx backend, or train a model of other sizes.`,
  );
}

/** Rows in whole vectors of 4. */
function padded({ dtype, shape, bytes }: Stored): Stored {
  const columns = shape.at(-1) ?? 0;
  const rows = sizeOf(shape) / columns;
  const width = COLUMNS_OF_WEIGHT4 * Math.ceil(columns / COLUMNS_OF_WEIGHT4);
  const rowBytes = bytes.length / rows;
  const filled = new Uint8Array((bytes.length / columns) * width);
  for (let row = 0; row < rows; row++) {
    filled.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), row * (filled.length / rows));
  }
  return { dtype, shape: [rows, width], bytes: filled };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The values in pieces that are uploaded one by one, each a whole number of 4 bytes. */
function* piecesOf(tensor: Stored, type: WeightType): Generator<Uint8Array<ArrayBuffer>> {
  const isStoredSo = (tensor.dtype === "F16") === (type === "f16");
  const sourceBytes = type === "f32" && !isStoredSo ? UPLOAD_BYTES / 2 : UPLOAD_BYTES;
  for (let begin = 0; begin < tensor.bytes.length; begin += sourceBytes) {
    const piece = { ...tensor, bytes: tensor.bytes.subarray(begin, begin + sourceBytes) };
    yield isStoredSo ? piece.bytes : converted(toFloats(piece), type);
  }
}

function toFloats({ dtype, bytes }: Stored): Float32Array<ArrayBuffer> {
  const aligned = bytes.slice().buffer;
  return dtype === "F32"
    ? new Float32Array(aligned)
    : Float32Array.from(new Uint16Array(aligned), halfToFloat);
}

function converted(values: Float32Array<ArrayBuffer>, type: WeightType): Uint8Array<ArrayBuffer> {
  return new Uint8Array(type === "f32" ? values.buffer : Uint16Array.from(values, floatToHalf).buffer);
}
