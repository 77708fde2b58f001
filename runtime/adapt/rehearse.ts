import type { SpeechBackend } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import { conditioningOf } from "../styles.ts";
import type { Lesson } from "./lesson.ts";
import { type Speaking, speakSentence } from "./speak-sentence.ts";

/**
 * A line as the model speaks it now, encoded, as a lesson: rehearsing it keeps the model from forgetting sounds that a short recording
 * does not have.
 * @throws BackendError when the device fails, or the signal's reason
 */
export async function rehearsalLesson(
  backend: SpeechBackend,
  manifest: Manifest,
  symbols: Int32Array,
  speaking: Speaking,
): Promise<Lesson> {
  const { symbolIndices, samples } = await speakSentence(backend, manifest, symbols, speaking);
  const conditioning = conditioningOf(speaking.speaker, manifest);
  return { conditioning, symbols, symbolIndices, target: await backend.encode(samples) };
}
