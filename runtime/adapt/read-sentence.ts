import type { Posterior, SpeechBackend } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import { normaliseLevel } from "../speech/check-reference.ts";
import { conditioningOf } from "../styles.ts";
import { adapterOf, startValues } from "./adapter-values.ts";
import { type AlignedSentence, alignSpeech } from "./align.ts";
import { LEAD_SECONDS, pieceOf, spokenSamples, TRAIL_SECONDS } from "./cut-speech.ts";
import { framesOf, meanLine } from "./lesson.ts";
import { yieldThread } from "../yield-thread.ts";

/** A sentence of a recording by itself, as the training data has them: one frame of silence, then its first sound. */
export interface ReadSentence {
  /** [P] ids, from `<s>` to the final mark. */
  readonly symbols: Int32Array;
  /** [T] the symbol each frame speaks, never falling. */
  readonly symbolIndices: Int32Array;
  /** [T, D] */
  readonly posterior: Posterior;
}

const STEP_SECONDS = 0.01;
/** How many steps the first sound may begin before or after the place at which the level rises; an "h" is soft for long. */
const STEPS_BEFORE = 12;
const STEPS_AFTER = 4;
/** Silence before the place at which the level rises that is looked at. */
export const LONGEST_LEAD_SECONDS = LEAD_SECONDS + STEPS_BEFORE * STEP_SECONDS;
/** The nearest first. */
const STEPS = Array.from({ length: STEPS_BEFORE + 1 + STEPS_AFTER }, (_, i) => i - STEPS_BEFORE).sort(
  (a, b) => Math.abs(a) - Math.abs(b),
);
/** Frames that are encoded to judge a beginning, and how many of them are judged. */
const ENCODED_FRAMES = 8;
const JUDGED_FRAMES = 2;

/**
 * Cuts, aligns and encodes one sentence of an aligned recording. The model is very sure of its first frame, all silence: with
 * the first sound 20 ms early or late that frame alone costs as much as ten others, and hides from training what is to be learned.
 * So the sentence begins where the model foresees its first frames best.
 * @param speech the recording that was aligned
 * @param speaker [S]
 * @throws BackendError when the device fails, or the signal's reason
 */
export async function readSentence(
  backend: SpeechBackend,
  manifest: Manifest,
  speech: Float32Array,
  { spoken, firstFrame, symbolIndices }: AlignedSentence,
  { speaker, signal }: { readonly speaker: Float32Array; readonly signal?: AbortSignal | undefined },
): Promise<ReadSentence> {
  const { samplesPerLatent: size, sampleRateHz } = manifest;
  const offset = firstFrame * size;
  const own = speech.subarray(offset, offset + symbolIndices.length * size);
  const { first, last } = spokenSamples(own, sampleRateHz);
  const begin = offset + first - Math.round(LONGEST_LEAD_SECONDS * sampleRateHz);
  const end = offset + Math.min(own.length, last + Math.round(TRAIL_SECONDS * sampleRateHz));
  const sentence = normaliseLevel(pieceOf(speech, begin, end - begin));
  const conditioning = conditioningOf(speaker, manifest);
  const start = await bestStart(backend, manifest, sentence, {
    conditioning,
    symbols: spoken.symbols,
    signal,
  });
  const samples = pieceOf(sentence, start, Math.ceil((sentence.length - start) / size) * size);
  const { sentences } = await alignSpeech(samples, [spoken], manifest, signal);
  await yieldThread(signal);
  return {
    symbols: spoken.symbols,
    symbolIndices: beginningAtOnce(sentences[0]?.symbolIndices ?? new Int32Array(0)),
    posterior: await backend.encode(samples),
  };
}

interface Beginning {
  readonly conditioning: Float32Array;
  readonly symbols: Int32Array;
  readonly signal: AbortSignal | undefined;
}

/** The sample of `sentence` from which the KL of the first frames is lowest. */
async function bestStart(
  backend: SpeechBackend,
  manifest: Manifest,
  sentence: Float32Array,
  { conditioning, symbols, signal }: Beginning,
): Promise<number> {
  const nothing = adapterOf(startValues(1, manifest, 0), 1, manifest);
  const symbolIndices = beginningAtOnce(new Int32Array(JUDGED_FRAMES));
  let best = { start: 0, kl: Infinity };
  for (const steps of STEPS) {
    await yieldThread(signal);
    const start = Math.round((STEPS_BEFORE + steps) * STEP_SECONDS * manifest.sampleRateHz);
    const posterior = await backend.encode(
      pieceOf(sentence, start, ENCODED_FRAMES * manifest.samplesPerLatent),
    );
    const target = framesOf(posterior, 0, JUDGED_FRAMES, manifest.latentDim);
    await yieldThread(signal);
    const line = meanLine({ conditioning, symbols, symbolIndices, target });
    const { kl } = await backend.adapterGradient(line, nothing);
    if (kl < best.kl) best = { start, kl };
  }
  return best.start;
}

/** Frame 0 is silence, and frame 1 begins to speak. */
function beginningAtOnce(symbolIndices: Int32Array): Int32Array {
  return symbolIndices.map((symbol, frame) => (frame === 0 ? 0 : Math.max(1, symbol)));
}
