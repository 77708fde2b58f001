/**
 * One step of test-time training on the GPU: the loss of a line and its gradient with respect to adapter and conditioning.
 * Its buffers are its own and made at the first line; a longer one makes larger ones.
 */
import type { Adapter, AdapterGradient, SpeechBackend, TrainingLine } from "../backend.ts";
import { checkTrainingLine } from "../check-calls.ts";
import type { Manifest } from "../manifest.ts";
import { conditioningSize } from "../styles.ts";
import { checkPackable, unpackAdapter } from "./adapter-pack.ts";
import type { Dispatch, Gpu } from "./gpu.ts";
import { createFreeable, type Freeable } from "./gpu-scope.ts";
import { MOST_COLUMNS } from "./language-model-buffers.ts";
import type { LanguageModelWeights } from "./language-model-weights.ts";
import { speakersOf } from "./prefill.ts";
import type { BufferRange } from "./readback.ts";
import type { JobQueue } from "./slices.ts";
import { PREFIX_TILE } from "./tiles.ts";
import { createBackward } from "./trainer-backward.ts";
import { createTrainerBuffers } from "./trainer-buffers.ts";
import { createForward } from "./trainer-forward.ts";
import { createLineWriter } from "./trainer-line.ts";
import { createLayerKernels } from "./transformer-layer.ts";

/** Lines of up to so many positions share the first buffers. */
const SMALLEST_CAPACITY = 128;

export function createTrainer(
  gpu: Gpu,
  manifest: Manifest,
  weights: LanguageModelWeights,
  jobs: JobQueue,
): Pick<SpeechBackend, "adapterGradient"> {
  let pass: (LinePass & Freeable) | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  const passFor = async (positions: number) => {
    if (pass !== undefined && pass.capacity >= positions) return pass;
    pass?.free();
    pass = undefined;
    const capacity = Math.max(SMALLEST_CAPACITY, 2 ** Math.ceil(Math.log2(positions)));
    return (pass = await createFreeable(gpu, (scoped) =>
      createLinePass(scoped, manifest, weights, capacity),
    ));
  };
  const gradientOf = async (line: TrainingLine, adapter: Adapter): Promise<AdapterGradient> => {
    const frames = line.symbolIndices.length;
    const columns = speakersOf(weights) + line.symbols.length + frames;
    const { write, dispatches, reads } = await passFor(columns);
    const [losses, packed, conditioning] = await jobs.run({
      kind: "train",
      isBackground: true,
      prepare: () => write(line, adapter),
      dispatches: dispatches(columns),
      reads: reads(frames),
    });
    return {
      ...meanLosses(new Float32Array(losses ?? new ArrayBuffer(0)), manifest.latentDim),
      gradient: unpackAdapter(new Float32Array(packed ?? new ArrayBuffer(0)), adapter.rank, manifest),
      conditioningGradient: new Float32Array(conditioning ?? new ArrayBuffer(0)),
    };
  };
  return {
    async adapterGradient(line, adapter) {
      checkTrainingLine(line, manifest);
      checkRoom(line, weights);
      checkPackable(adapter, manifest);
      const result = tail.then(() => gradientOf(line, adapter));
      tail = result.catch(() => undefined);
      return result;
    },
  };
}

/** Forward and backward over a line of up to `capacity` positions. */
interface LinePass {
  readonly capacity: number;
  write(line: TrainingLine, adapter: Adapter): void;
  dispatches(columns: number): readonly Dispatch[];
  /** Losses of the frames, the gradient of the adapter, packed, and that of the conditioning where the model takes one. */
  reads(frames: number): readonly BufferRange[];
}

async function createLinePass(
  gpu: Gpu,
  manifest: Manifest,
  weights: LanguageModelWeights,
  capacity: number,
): Promise<LinePass> {
  const buffers = createTrainerBuffers(gpu, manifest, capacity);
  const kernels = await createLayerKernels(gpu, manifest, capacity, weights.type, [PREFIX_TILE]);
  const [forward, backward] = await Promise.all([
    createForward(gpu, manifest, weights, kernels, buffers),
    createBackward(gpu, manifest, weights, buffers),
  ]);
  await gpu.allocated();
  const { losses, adapterGradient, conditioningGradient } = buffers;
  const conditioning = 4 * conditioningSize(manifest);
  const ofConditioning = { buffer: conditioningGradient, offset: 0, bytes: conditioning };
  return {
    capacity,
    write: createLineWriter(gpu, manifest, speakersOf(weights), buffers),
    dispatches: (columns) => [...forward, ...backward].flatMap((part) => part(columns)),
    reads: (frames) => [
      { buffer: losses, offset: 0, bytes: 8 * frames },
      { buffer: adapterGradient, offset: 0, bytes: adapterGradient.size },
      ...(speakersOf(weights) === 0 ? [] : [ofConditioning]),
    ],
  };
}

/** @param losses [T, 2]: KL over all dims and cross-entropy of every frame; the last has no next symbol */
function meanLosses(losses: Float32Array, latentDim: number): Pick<AdapterGradient, "kl" | "pointer"> {
  const frames = losses.length / 2;
  const sumOf = (place: number) =>
    losses.reduce((sum, loss, index) => (index % 2 === place ? sum + loss : sum), 0);
  return { kl: sumOf(0) / (frames * latentDim), pointer: sumOf(1) / Math.max(1, frames - 1) };
}

function checkRoom({ symbols, symbolIndices }: TrainingLine, weights: LanguageModelWeights): void {
  const positions = speakersOf(weights) + symbols.length + symbolIndices.length;
  if (positions <= MOST_COLUMNS) return;
  throw new RangeError(
    `A line of ${symbols.length} symbols and ${symbolIndices.length} frames is too long to learn from; allowed: ` +
      `${MOST_COLUMNS - speakersOf(weights)} of both together. Cut the recording.`,
  );
}
