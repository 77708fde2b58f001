/** What every backend refuses, in the same words. */
import type { SentenceRequest } from "./backend.ts";
import { AudioInputError } from "./errors.ts";
import type { Manifest } from "./manifest.ts";

const SHORTEST_REFERENCE_SECONDS = 1;

/** @throws RangeError for a symbol id, sizes or a temperature out of range */
export function checkRequest({ speaker, symbols, temperature }: SentenceRequest, manifest: Manifest): void {
  const known = manifest.symbols.length;
  const isKnown = symbols.length >= 2 && symbols.every((id) => id > 0 && id < known);
  if (isKnown && speaker.length === manifest.speaker.dim && temperature >= 0) return;
  throw new RangeError(
    `A sentence needs at least 2 symbol ids from 1 to ${known - 1}, ${manifest.speaker.dim} speaker numbers and a ` +
      `temperature of at least 0; given: ids [${symbols.join(", ")}], ${speaker.length} numbers, ${temperature}.`,
  );
}

/** @throws AudioInputError when the length is not a whole number of latents, or 0 */
export function checkWholeLatents(samples: Float32Array, { samplesPerLatent }: Manifest): void {
  if (samples.length > 0 && samples.length % samplesPerLatent === 0) return;
  throw new AudioInputError(
    `${samples.length} samples cannot be encoded; allowed: a multiple of ${samplesPerLatent}. Cut or pad the sound.`,
  );
}

/** @throws AudioInputError when there is less than a second */
export function checkLongEnough(samples: Float32Array, { sampleRateHz }: Manifest): void {
  const needed = SHORTEST_REFERENCE_SECONDS * sampleRateHz;
  if (samples.length >= needed) return;
  throw new AudioInputError(
    `${samples.length} samples are too few for a voice; allowed: at least ${needed} at ${sampleRateHz} Hz. ` +
      `Record a longer piece.`,
  );
}
