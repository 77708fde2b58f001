/**
 * Whether this adapter computes rightly: a sentence of a few symbols is taken in and one frame made with the model's own
 * kernels and weights, but its first layer only, and compared with plain loops on the CPU.
 */
import { BackendError } from "../errors.ts";
import type { Manifest, PointerSizes } from "../manifest.ts";
import { ageInput, movePointer, POINTER_START, windowOf } from "../speech/pointer.ts";
import { sampleLatent } from "../speech/sample-latent.ts";
import { conditioningSize } from "../styles.ts";
import { fillGaussian } from "../voice/gaussian.ts";
import type { Decoder } from "./decoder.ts";
import type { Dispatch } from "./gpu.ts";
import type { LanguageModel } from "./language-model.ts";
import { createReferenceModel, type ReferenceTensors } from "./reference-model.ts";
import type { JobQueue } from "./slices.ts";
import { SLOT_WORDS } from "./language-model-buffers.ts";

/** Largest difference that rounding explains. */
const TOLERANCE = 2e-3;

const SLOT = 0;
const SEED = { lo: 0x9e3779b9, hi: 0x7f4a7c15 };
const STREAM = 1;
const TEMPERATURE = 0.5;
const POINTER_WORD = 2;

/** @throws BackendError when the results differ from those of the CPU by more than rounding explains */
export async function checkLanguageModel(
  manifest: Manifest,
  pointer: PointerSizes,
  tensors: ReferenceTensors,
  model: LanguageModel,
  run: JobQueue["run"],
): Promise<void> {
  const {
    languageModel: sizes,
    latentDim,
    symbols: { length: known },
    stop,
  } = manifest;
  const symbols = Int32Array.from({ length: 5 }, (_, index) => 1 + ((index * 7) % (known - 1)));
  const conditioning = fillGaussian(new Float32Array(conditioningSize(manifest)), SEED, 0, 0);
  const request = {
    conditioning,
    symbols,
    noise: { seedLo: SEED.lo, seedHi: SEED.hi, stream: STREAM },
    temperature: TEMPERATURE,
  };
  const { buffers } = model;
  const whole = (buffer: GPUBuffer, bytes: number) => ({ buffer, offset: 0, bytes });
  const outputBytes = 4 * (2 * latentDim + pointer.maxAdvance + 1);
  const results = await run({
    kind: "self-test",
    prepare() {
      model.writeSentence(SLOT, request);
      model.writeVoices([SLOT]);
    },
    dispatches: [...model.prefill(symbols.length), ...model.step(1)].filter(isOfFirstLayer),
    reads: [
      whole(buffers.outputs, outputBytes),
      whole(buffers.latents, 4 * latentDim),
      whole(buffers.slots, 4 * SLOT_WORDS),
    ],
  });
  const [outputs = new Float32Array(0), latent = new Float32Array(0)] = results.map(
    (bytes) => new Float32Array(bytes),
  );
  const reference = createReferenceModel(manifest, tensors, 1);
  const expected = reference.step(
    reference.open(conditioning, symbols),
    new Float32Array(latentDim),
    windowOf(symbols, POINTER_START, pointer),
    ageInput(POINTER_START, pointer),
  );
  const clamp = (value: number) => Math.min(sizes.logScaleMax, Math.max(sizes.logScaleMin, value));
  // What follows from the prediction is compared with what follows from the GPU's own.
  const sampled = sampleLatent(
    outputs.slice(0, latentDim),
    outputs.slice(latentDim, 2 * latentDim).map(clamp),
    TEMPERATURE,
    fillGaussian(new Float32Array(latentDim), SEED, STREAM, 0),
  );
  const moved = movePointer(POINTER_START, outputs.slice(2 * latentDim), symbols.length - 1, stop);
  check("prediction", differenceOf(outputs, expected), TOLERANCE);
  check("sampling", differenceOf(latent, sampled), TOLERANCE);
  check(
    "pointer",
    Math.abs((new Uint32Array(results[2] ?? new ArrayBuffer(0))[POINTER_WORD] ?? NaN) - moved.symbol),
    0,
  );
}

const LOUDEST = 4;

/**
 * The decoder is too much for plain loops; the sound of one latent must be numbers, neither silence nor beyond all sound.
 * @param decoder reads the latent that `checkLanguageModel` left in slot 0
 * @throws BackendError when it is not
 */
export async function checkDecoder(
  decoder: Decoder,
  delayLatents: number,
  run: JobQueue["run"],
): Promise<void> {
  const [call] = decoder.calls([{ slot: SLOT, first: 0, count: 1 + delayLatents, last: 0 }]);
  const sound = call?.sounds[0];
  if (call === undefined || sound === undefined)
    throw new BackendError("The decoder gives no sound. Report this bug.");
  const [bytes = new ArrayBuffer(0)] = await run({
    kind: "self-test",
    prepare: call.write,
    dispatches: call.windows.flat(),
    reads: [{ buffer: decoder.samples, offset: sound.offset, bytes: sound.bytes }],
  });
  const peak = differenceOf(new Float32Array(bytes), new Float32Array(bytes.byteLength / 4));
  check("sound", peak > 0 ? peak : NaN, LOUDEST);
}

function isOfFirstLayer({ label }: Dispatch): boolean {
  return !label.startsWith("layer ") || label.startsWith("layer 0 ");
}

/** Largest absolute difference; NaN when one is not a number or the lengths differ. */
export function differenceOf(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (given.length !== expected.length) return NaN;
  return Array.from(given, (value, index) => Math.abs(value - (expected[index] ?? NaN))).reduce(
    (largest, each) => (Number.isNaN(largest) || each <= largest ? largest : each),
    0,
  );
}

function check(what: string, difference: number, most: number): void {
  if (difference <= most) return;
  throw new BackendError(
    `The GPU computes wrongly: its ${what} is off by ${difference}, allowed is ${most}. ` +
      `Use the onnx backend here, and report the name of the GPU, driver and browser.`,
  );
}
