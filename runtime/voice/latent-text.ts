import { base64Bytes } from "../text/base64.ts";
import type { Whitening } from "./whitening.ts";
import { latentAt, whiten } from "./whitening.ts";

const STEPS_PER_DEVIATION = 16;

/**
 * A speaker latent [S] as S base64 bytes with sign: its whitened values in steps of 1/16, within +-8.
 * @throws RangeError when it is not `mean.length` finite numbers
 */
export function packLatent(latent: Float32Array, speaker: Whitening): string {
  const dim = speaker.mean.length;
  if (latent.length !== dim || !latent.every(Number.isFinite)) {
    throw new RangeError(`The speaker latent has ${latent.length} numbers; allowed: ${dim} finite numbers.`);
  }
  const steps = Array.from(whiten(latent, speaker), (value) =>
    Math.max(-128, Math.min(127, Math.round(value * STEPS_PER_DEVIATION))),
  );
  return btoa(String.fromCharCode(...steps.map((step) => step & 0xff)));
}

/**
 * The speaker latent f32 [S] of a packed one.
 * @throws RangeError when the text is not the base64 of S bytes
 */
export function unpackLatent(packed: string, speaker: Whitening): Float32Array {
  const dim = speaker.mean.length;
  const bytes = isBase64(packed) ? base64Bytes(packed) : new Uint8Array(0);
  if (bytes.length !== dim) {
    throw new RangeError(
      `The stored speaker latent is ${JSON.stringify(packed)}; allowed: ${dim} bytes as base64. It is damaged or of ` +
        `other weights: store the voice again.`,
    );
  }
  const steps = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  return latentAt(
    Float64Array.from(steps, (step) => step / STEPS_PER_DEVIATION),
    speaker,
  );
}

/** Whole groups of four letters, padded at the end. */
export function isBase64(text: string): boolean {
  return /^(?:[A-Za-z\d+/]{4})+$|^(?:[A-Za-z\d+/]{4})*[A-Za-z\d+/]{2}(?:==|[A-Za-z\d+/]=)$/.test(text);
}
