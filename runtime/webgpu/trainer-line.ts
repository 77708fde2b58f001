/** What of a line and an adapter goes to the GPU. */
import type { Adapter, TrainingLine } from "../backend.ts";
import type { Manifest, PointerSizes } from "../manifest.ts";
import { advancesAlong, ageInput, pointersAlong, windowOf, type Pointer } from "../speech/pointer.ts";
import { packAdapter } from "./adapter-pack.ts";
import type { Gpu } from "./gpu.ts";
import { adapterSizes, NO_SLOT } from "./language-model-buffers.ts";
import { rowsOfFrame, type TrainerBuffers } from "./trainer-buffers.ts";

/** All ranks of the adapter take part; the line is slot 0. */
const SLOT = 0;
const COLUMN_WORDS = 4;

/** @param speakers positions before the symbols: 1 or 0 */
export function createLineWriter(
  gpu: Gpu,
  manifest: Manifest,
  speakers: number,
  buffers: TrainerBuffers,
): (line: TrainingLine, adapter: Adapter) => void {
  const { prefixAttention, pointer } = manifest.languageModel;
  const { queue } = gpu.device;
  return (line, adapter) => {
    const { symbols, symbolIndices, conditioning, latents, target } = line;
    const prefix = speakers + symbols.length;
    const columns = prefix + symbolIndices.length;
    const seen = prefixAttention === "bidirectional" ? prefix : 0;
    queue.writeBuffer(buffers.line, 0, Uint32Array.of(prefix, columns, seen, 0));
    queue.writeBuffer(buffers.columns, 0, columnWords(columns, seen, adapter.rank, buffers.capacity));
    queue.writeBuffer(buffers.rows, 0, embeddingRows(line, speakers, manifest));
    queue.writeBuffer(buffers.speaker, 0, conditioning.slice());
    queue.writeBuffer(buffers.latents, 0, latents.slice());
    queue.writeBuffer(buffers.target, 0, interleaved(target.mean, target.logScale, manifest.latentDim));
    if (pointer !== null)
      queue.writeBuffer(buffers.advances, 0, advancesAlong(symbolIndices, pointer).slice());
    const { attention, head } = packAdapter(adapter, manifest);
    const layerBytes = 4 * adapterSizes(manifest).attention;
    [...attention, head].forEach((part, index) =>
      queue.writeBuffer(buffers.adapter, layerBytes * index, part),
    );
  };
}

/** shaders/column.wgsl: the line's positions, then idle columns. */
function columnWords(columns: number, seen: number, rank: number, capacity: number) {
  const words = new Uint32Array(COLUMN_WORDS * capacity).fill(NO_SLOT);
  for (let column = 0; column < columns; column++) {
    const span = Math.max(column + 1, seen);
    words.set([SLOT, column, span, Math.ceil(rank / 8) * 8], COLUMN_WORDS * column);
  }
  return words;
}

/** [columns, rowsOfFrame or 1] rows of the embeddings: shaders/embed-line.wgsl. */
function embeddingRows(
  { symbols, symbolIndices }: TrainingLine,
  speakers: number,
  manifest: Manifest,
): Uint32Array<ArrayBuffer> {
  const { pointer } = manifest.languageModel;
  const prefix = speakers + symbols.length;
  const width = Math.max(1, rowsOfFrame(manifest));
  const rows = new Uint32Array((prefix + symbolIndices.length) * width);
  symbols.forEach((symbol, index) => (rows[(speakers + index) * width] = symbol));
  if (pointer === null) return rows;
  pointersAlong(symbolIndices).forEach((at, frame) =>
    rows.set(rowsOf(symbols, at, pointer, manifest.symbols.length), (prefix + frame) * width),
  );
  return rows;
}

/** Of a table [ages + window * vocabulary]. */
function rowsOf(symbols: Int32Array, at: Pointer, pointer: PointerSizes, vocabulary: number): number[] {
  const window = Array.from(windowOf(symbols, at, pointer));
  return [ageInput(at, pointer), ...window.map((id, place) => pointer.ages + place * vocabulary + id)];
}

/** [T, width] twice -> [T, 2 * width] */
function interleaved(first: Float32Array, second: Float32Array, width: number): Float32Array<ArrayBuffer> {
  const both = new Float32Array(2 * first.length);
  for (let at = 0; at < first.length; at += width) {
    both.set(first.subarray(at, at + width), 2 * at);
    both.set(second.subarray(at, at + width), 2 * at + width);
  }
  return both;
}
