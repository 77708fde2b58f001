/** Learns the voice of one recording: first its speaker latent, then an adapter by test-time training (KALL-E section 3, Eq. 11 and 12). */
import type { Adapter, SpeechBackend } from "../backend.ts";
import { AudioInputError } from "../errors.ts";
import type { Manifest } from "../manifest.ts";
import type { UserLexicon } from "../text/lexicon.ts";
import { adapterOf, startValues } from "./adapter-values.ts";
import { alignRecording } from "./align-recording.ts";
import { type Consent, requireConsent } from "./consent.ts";
import { cutSpeech } from "./cut-speech.ts";
import { fitSpeaker } from "./fit-speaker.ts";
import { LEARN_SETTINGS } from "./learn-settings.ts";
import type { LearnState } from "./learn-state.ts";
import type { Lesson } from "./lesson.ts";
import { FEWEST_FRAMES, lessonsOf } from "./lessons.ts";
import { modelHashOf, refuseOtherModel } from "./model-hash.ts";
import { LONGEST_LEAD_SECONDS, type ReadSentence, readSentence } from "./read-sentence.ts";
import { rehearsalLesson } from "./rehearse.ts";
import { REHEARSED, sentencesOf } from "./rehearsed-text.ts";
import { train } from "./train.ts";
import { yieldThread } from "../yield-thread.ts";

/** A voice learned from a recording; also a `LearnedVoice` of the plugin. */
export interface LearnedVoiceFile {
  readonly name: string;
  /** Speaker latent [S] */
  readonly latent: Float32Array;
  readonly adapter: Adapter;
  /** SHA-256 of the language model it was learned for, lower-case hexadecimal. */
  readonly model: string;
  readonly consent: Consent;
  readonly report: LearnReport;
}

/** How a voice was learned. */
export interface LearnReport {
  /** Steps of training after which the adapter was taken; 0 when none made it better than the fitted latent alone. */
  readonly steps: number;
  /** Of speech that it was learned from. */
  readonly seconds: number;
  /** How far the recording is from its transcript; see align.ts. */
  readonly alignmentCost: number;
  /** KL in nats a latent dimension on the held-out end of the recording: zero-shot, and as it was learned. */
  readonly klBefore: number;
  readonly klAfter: number;
}

export interface LearnProgress {
  /**
   * In this order. `reading`: the recording is aligned with its transcript, which checks both, and encoded. `fitting`: the speaker
   * latent is moved to where the model says it best. `rehearsing`, `training`: the adapter is learned.
   */
  readonly stage: "reading" | "fitting" | "rehearsing" | "training";
  /** Steps of the stage that are done. */
  readonly step: number;
  /** Steps that the stage has; fitting and training may end earlier. */
  readonly steps: number;
  /** While fitting and training: KL in nats a latent dimension of the last step. */
  readonly kl?: number;
}

export interface LearnControl {
  /** Stops before the next call of the backend; the promise then rejects with its reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LearnProgress) => void;
  /** Called every few steps of training with all that is needed to go on later; see `resumeVoice`. */
  readonly onState?: (state: LearnState) => void;
}

export interface LearnVoiceOptions extends LearnControl {
  /** Mono at the manifest's rate, as `checkRecording` gives it. Not needed any more when training starts. */
  readonly samples: Float32Array;
  /** What is said in it, word for word. */
  readonly transcript: string;
  /** Defaults to none. */
  readonly lexicon?: UserLexicon;
  readonly consent: Consent;
  /** What the voice is called; 1 to 100 characters. */
  readonly name: string;
  /** Steps of fitting and of training at most. Defaults to LEARN_SETTINGS.steps. */
  readonly steps?: number;
}

const LONGEST_NAME = 100;
const MOST_STEPS = 10_000;
const START_SEED = 0;

/**
 * Learns a voice. Nothing is computed before the consent is checked.
 * @throws ConsentError without valid consent
 * @throws AudioInputError when the recording cannot be used or does not say the transcript
 * @throws VoiceTextError when the transcript cannot be spoken
 * @throws RangeError for a bad option; BackendError when the device fails; the signal's reason
 */
export async function learnVoice(
  backend: SpeechBackend,
  manifest: Manifest,
  options: LearnVoiceOptions,
): Promise<LearnedVoiceFile> {
  requireConsent(options.consent);
  checkOptions(options);
  const state = await prepare(backend, manifest, options);
  return finish(await train(backend, manifest, state, options), manifest);
}

/**
 * Goes on where a state was taken; the recording is not needed for it.
 * @throws AdapterError when the state is of another model; otherwise as `learnVoice`
 */
export async function resumeVoice(
  backend: SpeechBackend,
  manifest: Manifest,
  state: LearnState,
  control: LearnControl = {},
): Promise<LearnedVoiceFile> {
  requireConsent(state.consent);
  refuseOtherModel(state.model, "training state", manifest);
  return finish(await train(backend, manifest, state, control), manifest);
}

function checkOptions({ name, steps = LEARN_SETTINGS.steps }: LearnVoiceOptions): void {
  if (name.trim() === "" || name.length > LONGEST_NAME) {
    throw new RangeError(
      `the name ${JSON.stringify(name)} is not allowed: give 1 to ${LONGEST_NAME} characters`,
    );
  }
  if (Number.isInteger(steps) && steps >= 1 && steps <= MOST_STEPS) return;
  throw new RangeError(`steps is ${steps}; allowed: a whole number from 1 to ${MOST_STEPS}`);
}

/** All that comes before training: the recording becomes lessons. */
async function prepare(
  backend: SpeechBackend,
  manifest: Manifest,
  options: LearnVoiceOptions,
): Promise<LearnState> {
  const { name, consent, signal, onProgress, steps = LEARN_SETTINGS.steps } = options;
  const texts = sentencesOf(options.transcript, options.lexicon ?? {}, manifest);
  await yieldThread(signal);
  const speech = cutSpeech(options.samples, manifest, LONGEST_LEAD_SECONDS);
  const latent = (await backend.embedSpeaker(speech)).mean;
  const alignment = await alignRecording(backend, manifest, speech, texts, latent, {
    signal,
    onSentence: (step) => onProgress?.({ stage: "reading", step, steps: texts.length }),
  });
  const read: ReadSentence[] = [];
  for (const sentence of alignment.sentences) {
    if (sentence.symbolIndices.length < FEWEST_FRAMES) continue;
    read.push(await readSentence(backend, manifest, speech, sentence, { speaker: latent, signal }));
  }
  const lessons = lessonsOf(read, latent, manifest);
  if (lessons.training.length === 0)
    throw new AudioInputError(tooShort(speech.length / manifest.sampleRateHz));
  const fitted = await fitSpeaker(backend, manifest, lessons, latent, { ...options, steps });
  const { rank } = LEARN_SETTINGS;
  const values = startValues(rank, manifest, START_SEED);
  return {
    name,
    model: modelHashOf(manifest),
    consent,
    latent: fitted.latent,
    seconds: speech.length / manifest.sampleRateHz,
    alignmentCost: alignment.cost,
    ...fitted.lessons,
    rehearsal: await rehearse(backend, manifest, fitted.latent, options),
    rank,
    steps,
    step: 0,
    values,
    average: values.slice(),
    first: new Float32Array(values.length),
    second: new Float32Array(values.length),
    klBefore: fitted.klBefore,
    rehearsedBefore: Infinity,
    best: values.slice(),
    bestStep: 0,
    bestKl: Infinity,
  };
}

function tooShort(seconds: number): string {
  return `the recording has only ${seconds.toFixed(1)} s of speech; at least 1 s is needed: record a few sentences`;
}

async function rehearse(
  backend: SpeechBackend,
  manifest: Manifest,
  speaker: Float32Array,
  { signal, onProgress }: LearnControl,
): Promise<Lesson[]> {
  const lines = sentencesOf(REHEARSED, {}, manifest);
  const speaking = { speaker, temperature: manifest.sampling.temperature, signal };
  const lessons: Lesson[] = [];
  for (const [i, symbols] of lines.entries()) {
    onProgress?.({ stage: "rehearsing", step: i, steps: lines.length });
    lessons.push(await rehearsalLesson(backend, manifest, symbols, speaking));
  }
  return lessons;
}

function finish(state: LearnState, manifest: Manifest): LearnedVoiceFile {
  const { name, latent, model, consent, rank, best, bestStep, bestKl, klBefore, seconds, alignmentCost } =
    state;
  return {
    name,
    latent,
    adapter: adapterOf(best, rank, manifest),
    model,
    consent,
    report: { steps: bestStep, seconds, alignmentCost, klBefore, klAfter: bestKl },
  };
}
