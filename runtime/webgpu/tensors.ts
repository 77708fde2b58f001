/**
 * The tensors of a safetensors file as GPU buffers. Matrices keep their type, are widened to f32 or rounded to int8; vectors
 * (biases, norm weights) are always f32, so that kernels read them plainly.
 */
import { WeightsError } from "../errors.ts";
import type { Gpu, WeightType } from "./gpu.ts";
import { floatsToHalves, halfToFloat } from "../half.ts";
import { product } from "../product.ts";
import { fromInt8Rows, int8RowBytes, toInt8Rows } from "../int8-rows.ts";
import type { ReferenceTensors } from "./reference-model.ts";

export interface TensorOptions {
  /** How matrices are stored on the GPU. */
  readonly weightType: WeightType;
  /** Awaited between pieces of an upload, so that a page can draw. Defaults to going on at once. */
  readonly yieldToFrame?: () => Promise<void>;
}

/** A matrix on the GPU: `array<Weight4>` of the prelude for its type, rows of a multiple of 4 numbers (int8: and their scales). */
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

/** Of a piece: 4 MB, or as many as are rounded in a few milliseconds. */
const UPLOAD_WEIGHTS = { f32: 2 ** 20, f16: 2 ** 21, int8: 2 ** 18 } as const;
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
    const bytesOnGpu = parts.reduce((sum, { shape }) => sum + bytesOf(shape, type), 0);
    const buffer = gpu.buffer(names.join(" "), bytesOnGpu);
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
  const rows = product(shape) / columns;
  const width = COLUMNS_OF_WEIGHT4 * Math.ceil(columns / COLUMNS_OF_WEIGHT4);
  const rowBytes = bytes.length / rows;
  const filled = new Uint8Array((bytes.length / columns) * width);
  for (let row = 0; row < rows; row++) {
    filled.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), row * (filled.length / rows));
  }
  return { dtype, shape: [rows, width], bytes: filled };
}

function bytesOf(shape: readonly number[], type: WeightType): number {
  const columns = shape.at(-1) ?? 1;
  if (type === "int8") return (product(shape) / columns) * int8RowBytes(columns);
  return product(shape) * (type === "f16" ? 2 : 4);
}

/** The values in pieces of whole rows that are uploaded one by one. */
function* piecesOf(tensor: Stored, type: WeightType): Generator<Uint8Array<ArrayBuffer>> {
  const columns = tensor.shape.at(-1) ?? 1;
  const isStoredSo = (tensor.dtype === "F16" ? "f16" : "f32") === type;
  const rowBytes = columns * (tensor.dtype === "F16" ? 2 : 4);
  const pieceBytes = rowBytes * Math.max(1, Math.floor(UPLOAD_WEIGHTS[type] / columns));
  for (let begin = 0; begin < tensor.bytes.length; begin += pieceBytes) {
    const piece = { ...tensor, bytes: tensor.bytes.subarray(begin, begin + pieceBytes) };
    yield isStoredSo ? piece.bytes : converted(toFloats(piece), columns, type);
  }
}

/** Of every half, by its bits: a large model has 10^9 of them. */
const FLOATS_OF_HALVES = Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfToFloat(bits));

function toFloats({ dtype, bytes }: Stored): Float32Array<ArrayBuffer> {
  const aligned = bytes.slice().buffer;
  if (dtype === "F32") return new Float32Array(aligned);
  const halves = new Uint16Array(aligned);
  const floats = new Float32Array(halves.length);
  for (let at = 0; at < halves.length; at++) floats[at] = FLOATS_OF_HALVES[halves[at] ?? 0] ?? 0;
  return floats;
}

function converted(
  values: Float32Array<ArrayBuffer>,
  columns: number,
  type: WeightType,
): Uint8Array<ArrayBuffer> {
  if (type === "int8") return toInt8Rows(values, columns);
  return new Uint8Array(type === "f32" ? values.buffer : floatsToHalves(values).buffer);
}

/** The values as kernels read them, where files hold f16 and matrices may be rounded to int8. */
export function roundedTensors(tensors: Tensors): ReferenceTensors {
  if (tensors.weightType !== "int8") return tensors;
  return {
    has: tensors.has,
    floats(name) {
      const [values, shape] = [tensors.floats(name), tensors.shape(name)];
      const columns = shape.at(-1) ?? 0;
      return shape.length === 1 ? values : fromInt8Rows(toInt8Rows(values, columns), columns);
    },
  };
}
