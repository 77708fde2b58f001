/** What every backend refuses, in the same words. */
import { adapterShapes, type AdapterShapes } from "./adapter-shapes.ts";
import type { Adapter, SentenceRequest, TrainingLine } from "./backend.ts";
import { AdapterError, AudioInputError } from "./errors.ts";
import type { ModelManifest } from "./manifest.ts";
import { product } from "./product.ts";
import { canWhisper, conditioningSize } from "./styles.ts";

const SHORTEST_REFERENCE_SECONDS = 1;

/** @throws RangeError for a symbol id, sizes, a temperature or a breath out of range */
export function checkRequest(
  { conditioning, symbols, temperature, breath = 0 }: SentenceRequest,
  manifest: ModelManifest,
): void {
  checkBreath(breath, manifest);
  const size = conditioningSize(manifest);
  const isRightSize = conditioning.length === size;
  if (areSymbols(symbols, manifest) && isRightSize && temperature >= 0) return;
  throw new RangeError(
    `A sentence needs at least 2 symbol ids from 1 to ${manifest.symbols.length - 1}, ${size} numbers of speaker and styles ` +
      `and a temperature of at least 0; given: ids [${symbols.join(", ")}], ${conditioning.length} numbers, ${temperature}.`,
  );
}

function checkBreath(breath: number, manifest: ModelManifest): void {
  if (breath === 0 || (canWhisper(manifest) && breath > 0 && breath <= 1)) return;
  throw new RangeError(
    `A sentence cannot have a breath of ${breath} with the weights "${manifest.name}"; allowed: ` +
      `${canWhisper(manifest) ? "0 to 1" : "0, since their decoder cannot whisper"}.`,
  );
}

function areSymbols(ids: Int32Array, { symbols }: ModelManifest): boolean {
  return ids.length >= 2 && ids.every((id) => id > 0 && id < symbols.length);
}

/** @throws AudioInputError when the length is not a whole number of latents, or 0 */
export function checkWholeLatents(samples: Float32Array, { samplesPerLatent }: ModelManifest): void {
  if (samples.length > 0 && samples.length % samplesPerLatent === 0) return;
  throw new AudioInputError(
    `${samples.length} samples cannot be encoded; allowed: a multiple of ${samplesPerLatent}. Cut or pad the sound.`,
  );
}

/** @throws AudioInputError when there is less than a second */
export function checkLongEnough(samples: Float32Array, { sampleRateHz }: ModelManifest): void {
  const needed = SHORTEST_REFERENCE_SECONDS * sampleRateHz;
  if (samples.length >= needed) return;
  throw new AudioInputError(
    `${samples.length} samples are too few for a voice; allowed: at least ${needed} at ${sampleRateHz} Hz. ` +
      `Record a longer piece.`,
  );
}

/** @throws RangeError for sizes or ids out of range, or symbolIndices that fall or leave the symbols */
export function checkTrainingLine(line: TrainingLine, manifest: ModelManifest): void {
  const { conditioning, symbols, symbolIndices, latents, target } = line;
  if (!areSymbols(symbols, manifest)) {
    throw new RangeError(
      `A line needs at least 2 symbol ids from 1 to ${manifest.symbols.length - 1}; given: [${symbols.join(", ")}]. ` +
        `Take the symbols of a phonemized sentence.`,
    );
  }
  checkPath(symbolIndices, symbols.length);
  const size = symbolIndices.length * manifest.latentDim;
  const lengths = [latents.length, target.mean.length, target.logScale.length];
  const conditions = conditioningSize(manifest);
  if (conditioning.length === conditions && lengths.every((length) => length === size)) return;
  throw new RangeError(
    `A line of ${symbolIndices.length} frames needs ${conditions} numbers of speaker and styles and ${size} of ` +
      `latents, target mean and target log-scale each; given: ${[conditioning.length, ...lengths].join(", ")}. ` +
      `Take all of them from the same recording.`,
  );
}

function checkPath(symbolIndices: Int32Array, symbols: number): void {
  const isPath = symbolIndices.every(
    (index, frame) => index >= (symbolIndices[frame - 1] ?? 0) && index < symbols,
  );
  if (isPath && symbolIndices.length > 0) return;
  throw new RangeError(
    `A line needs at least one frame, and symbolIndices from 0 to ${symbols - 1} that never fall; given: ` +
      `[${symbolIndices.join(", ")}]. Align the recording with its symbols again.`,
  );
}

/** @throws AdapterError when a tensor has another size than the model needs */
export function checkAdapter(adapter: Adapter, manifest: ModelManifest): void {
  const { rank } = adapter;
  if (!Number.isInteger(rank) || rank < 1) {
    throw new AdapterError(
      `The adapter has rank ${rank}; allowed: whole numbers from 1. Train the voice again.`,
    );
  }
  const shapes = adapterShapes(rank, manifest);
  for (const [key, shape] of Object.entries(shapes) as [keyof AdapterShapes, readonly number[]][]) {
    if (adapter[key].length === product(shape)) continue;
    throw new AdapterError(
      `The adapter's ${key} has ${adapter[key].length} numbers; this model needs [${shape.join(", ")}] at rank ${rank}. ` +
        `It was trained for another model or is damaged: train the voice again.`,
    );
  }
}
