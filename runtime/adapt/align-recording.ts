import type { SpeechBackend } from "../backend.ts";
import { AudioInputError } from "../errors.ts";
import type { Manifest } from "../manifest.ts";
import { type Alignment, alignSpeech } from "./align.ts";
import { REHEARSED, sentencesOf } from "./rehearsed-text.ts";
import { type SpokenSentence, speakSentence } from "./speak-sentence.ts";

/**
 * An `Alignment.cost` at which the transcript is said for certain, by one of the voices the model knows. Of 48 sentences
 * of the corpus (npm run bench -- align) none costs more than 3.6 with its own text, 5.1 under white noise 20 dB below;
 * with another text one of them costs less, 4.75.
 */
export const CERTAIN_COST = 4.8;

/**
 * People cost more, whatever they say. They say the transcript where it costs at most this share of what other texts
 * cost: four recordings of a person 0.70 to 0.83, eight wrong texts of theirs 0.93 to 1.15. Of those 48 sentences, of 3
 * to 4 s each, it lets four more pass with another text (0.83 to 0.87), and refuses none with their own, nor under that
 * noise.
 */
const MOST_SHARE_OF_OTHERS = 0.88;

export interface AlignOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before each sentence of the transcript is spoken for the first time. */
  readonly onSentence?: (number: number) => void;
}

/**
 * Aligns a recording (as `alignSpeech` takes it) with its transcript as the model speaks it: in the voice of the recording and,
 * where that is one the model does not know, in whichever voice of the middle of the corpus comes nearest.
 * @param texts symbol ids of every sentence
 * @param latent of the recording's speaker [S]
 * @throws AudioInputError when the recording does not say the transcript; BackendError when the device fails; the signal's reason
 */
export async function alignRecording(
  backend: SpeechBackend,
  manifest: Manifest,
  samples: Float32Array,
  texts: readonly Int32Array[],
  latent: Float32Array,
  { signal, onSentence }: AlignOptions = {},
): Promise<Alignment> {
  const say = async (
    sentences: readonly Int32Array[],
    speaker: Float32Array,
    onEach?: AlignOptions["onSentence"],
  ) => {
    const spoken: SpokenSentence[] = [];
    for (const [i, symbols] of sentences.entries()) {
      onEach?.(i);
      spoken.push(await speakSentence(backend, manifest, symbols, { speaker, temperature: 0, signal }));
    }
    return spoken;
  };
  let speaker = latent;
  let nearest = await alignSpeech(samples, await say(texts, latent, onSentence), manifest, signal);
  if (nearest.cost <= CERTAIN_COST) return nearest;
  for (const { mean } of manifest.speaker.components) {
    const middle = Float32Array.from(mean);
    const alignment = await alignSpeech(samples, await say(texts, middle), manifest, signal);
    if (alignment.meanCost < nearest.meanCost) [speaker, nearest] = [middle, alignment];
  }
  const others = await say(sentencesOf(REHEARSED, {}, manifest), speaker);
  let sum = 0;
  for (const first of others.keys()) {
    const other = asLongAs(samples.length, others, first);
    sum += (await alignSpeech(samples, other, manifest, signal)).meanCost;
  }
  refuseOtherWords((nearest.meanCost * others.length) / sum);
  return nearest;
}

/** As many of the sentences in turn, from one of them on, as come nearest to a number of samples; at least one. */
function asLongAs(count: number, sentences: readonly SpokenSentence[], first: number): SpokenSentence[] {
  const chosen: SpokenSentence[] = [];
  let total = 0;
  for (let i = first; ; i++) {
    const next = sentences[i % sentences.length] as SpokenSentence; // there is at least one
    const length = next.samples.length;
    if (chosen.length > 0 && total + length / 2 > count) return chosen;
    chosen.push(next);
    total += length;
  }
}

function refuseOtherWords(shareOfOthers: number): void {
  if (shareOfOthers <= MOST_SHARE_OF_OTHERS) return;
  throw new AudioInputError(
    `the recording does not say the transcript: it is ${(100 * shareOfOthers).toFixed(0)} % as far from these words as from others, at most ` +
      `${100 * MOST_SHARE_OF_OTHERS} % is allowed. Give exactly the words that are heard, all of them, and record speech alone, ` +
      `without music, noise or echo`,
  );
}
