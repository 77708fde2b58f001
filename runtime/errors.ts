/**
 * Every error the runtime throws on purpose. Each message says what was given, what is allowed and what to do
 * (DESIGN section 7). A full queue or a late frame is a return value, never one of these.
 */
export abstract class KalliopeError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The text cannot be spoken: empty, nothing speakable in it, or a bad inline phoneme or lexicon entry. */
export class VoiceTextError extends KalliopeError {}

/** Weights are missing, truncated, damaged, of another version, or do not match their manifest. */
export class WeightsError extends KalliopeError {}

/** The compute backend is missing, was lost, or failed its self-test. */
export class BackendError extends KalliopeError {}

/** A voice adapter is damaged or was trained for another model. */
export class AdapterError extends KalliopeError {}

/** A voice was to be cloned without the recorded consent of its owner. */
export class ConsentError extends KalliopeError {}

/** Recorded audio cannot be used: too short, silent, clipped, noise, or not audio. */
export class AudioInputError extends KalliopeError {}
