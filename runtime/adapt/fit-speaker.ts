import type { Adapter, SpeechBackend } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import { conditioningOf } from "../styles.ts";
import { yieldThread } from "../yield-thread.ts";
import { followAverage, stepAdam } from "./adam.ts";
import { adapterOf, startValues } from "./adapter-values.ts";
import { heldOutKl } from "./held-out.ts";
import { LEARN_SETTINGS as SETTINGS } from "./learn-settings.ts";
import type { LearnControl } from "./learn-voice.ts";
import { drawLine, meanLine } from "./lesson.ts";
import type { Lessons } from "./lessons.ts";

/** Seed of all draws. */
const SEED = 2;

export interface FittedSpeaker {
  /** Speaker latent [S]: the one that was best on what is held out, or the one that was given where the gain may be chance. */
  readonly latent: Float32Array;
  /** The lessons, spoken by it. */
  readonly lessons: Lessons;
  /** Mean KL on what is held out, by the latent that was given. */
  readonly klBefore: number;
}

/**
 * Moves a speaker latent to where the model, unchanged, says the lessons best. The speaker encoder knows few kinds of voices, and
 * what it hears in another one is far from the latent that would say it. The model is not changed, so that few words are lost.
 * @throws BackendError when the device fails, or the signal's reason
 */
export async function fitSpeaker(
  backend: SpeechBackend,
  manifest: Manifest,
  given: Lessons,
  latent: Float32Array,
  { steps, signal, onProgress }: LearnControl & { readonly steps: number },
): Promise<FittedSpeaker> {
  const unchanged = adapterOf(startValues(SETTINGS.rank, manifest, 0), SETTINGS.rank, manifest);
  const judge = async (lessons: Lessons) =>
    heldOutKl(lessons, async (lesson) => {
      await yieldThread(signal);
      return (await backend.adapterGradient(meanLine(lesson), unchanged)).kl;
    });
  const klBefore = await judge(given);
  let best = { latent, lessons: given, kl: klBefore, step: 0 };
  const [values, average] = [latent.slice(), latent.slice()];
  const moments = { first: new Float32Array(latent.length), second: new Float32Array(latent.length) };
  const adam = { ...SETTINGS.adam, learningRate: SETTINGS.speakerRate, weightDecay: 0 };
  for (let step = 1; step <= steps; step++) {
    const { kl, gradient } = await meanGradient(backend, manifest, spokenBy(values, given, manifest), {
      step,
      adapter: unchanged,
      signal,
    });
    stepAdam(values, gradient, moments, step, adam);
    followAverage(average, values, step, SETTINGS.averageDecay);
    if (step % SETTINGS.stepsBetweenChecks === 0 || step === steps) {
      const lessons = spokenBy(average, given, manifest);
      const checked = await judge(lessons);
      if (checked < best.kl) best = { latent: average.slice(), lessons, kl: checked, step };
    }
    onProgress?.({ stage: "fitting", step, steps, kl });
    if (step - best.step >= SETTINGS.patience * SETTINGS.stepsBetweenChecks) break;
  }
  if (best.kl > (1 - SETTINGS.leastGain) * klBefore) return { latent, lessons: given, klBefore };
  return { latent: best.latent, lessons: best.lessons, klBefore };
}

/** The mean over a few draws of KL, and of its gradient by the speaker latent [S]. */
async function meanGradient(
  backend: SpeechBackend,
  manifest: Manifest,
  { training }: Lessons,
  { step, adapter, signal }: { step: number; adapter: Adapter; signal: AbortSignal | undefined },
): Promise<{ kl: number; gradient: Float32Array }> {
  const gradient = new Float32Array(manifest.speaker.dim);
  let kl = 0;
  for (let i = 0; i < SETTINGS.linesAStep; i++) {
    await yieldThread(signal);
    const draw = (step - 1) * SETTINGS.linesAStep + i;
    const lesson = training[draw % training.length];
    if (lesson === undefined) throw new RangeError("There is no lesson to fit a speaker to.");
    const line = drawLine(lesson, SEED, draw, SETTINGS.inputNoise);
    const found = await backend.adapterGradient(line, adapter);
    for (let s = 0; s < gradient.length; s++) {
      gradient[s] = (gradient[s] ?? 0) + (found.conditioningGradient[s] ?? 0) / SETTINGS.linesAStep;
    }
    kl += found.kl / SETTINGS.linesAStep;
  }
  return { kl, gradient };
}

/** The same lessons by another speaker. */
function spokenBy(
  latent: Float32Array,
  { training, heldOut, heldOutFrom }: Lessons,
  manifest: Manifest,
): Lessons {
  const conditioning = conditioningOf(latent, manifest);
  return {
    training: training.map((lesson) => ({ ...lesson, conditioning })),
    heldOut: heldOut && { ...heldOut, conditioning },
    heldOutFrom,
  };
}
