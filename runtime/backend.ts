/**
 * What speech/ knows of the machine it runs on. A backend holds the model and the sentences in progress; everything it
 * is given and everything it gives back is plain numbers.
 *
 * A *sentence* is opened with its symbols and voice, advanced by frames (one frame = one latent = `samplesPerLatent`
 * samples), decoded, and closed. Noise, sampling, the pointer and the stop rule are the backend's: on a GPU they run
 * beside the model, and the CPU encodes several frames blind. All backends follow the same rule (weights/FORMAT.md), so
 * the same request gives the same frames up to rounding, however it is cut into calls.
 *
 * It is not a scheduler: it does what it is told, in the order it is told. It does not know text, voices as seeds, game
 * entities or time. Whoever opens a sentence closes it; `dispose` frees everything else.
 *
 * Letters: S speaker dim, K styles, P symbols of a sentence, T frames, D latent dim, L layers, R rank of an adapter.
 */

/** Key of a sentence's noise: value t * D + d of this u32 stream of this seed belongs to frame t, dim d. */
export interface NoiseKey {
  readonly seedLo: number;
  readonly seedHi: number;
  readonly stream: number;
}

/** Low-rank changes of the language model (LoRA), scale folded into the B parts. Row-major f32. */
export interface Adapter {
  /** R, at least 1. */
  readonly rank: number;
  /** [L, 4, R, dim]: query, key, value, output. */
  readonly attentionA: Float32Array;
  /** [L, 4, dim, R] */
  readonly attentionB: Float32Array;
  /** [R, dim] */
  readonly headA: Float32Array;
  /** [2 * D, R] */
  readonly headB: Float32Array;
}

export interface SentenceRequest {
  /** [S + K] as `conditioningOf` gives it. */
  readonly conditioning: Float32Array;
  /** [P] ids into the manifest's symbols, from `<s>` to the final mark; P >= 2. */
  readonly symbols: Int32Array;
  readonly noise: NoiseKey;
  /** Variance of the noise, at least 0; 0 always speaks the mean. */
  readonly temperature: number;
  /** Share of the voice that is breath, 0 (the default) to 1: a whisper. Above 0 only for a decoder that has `breath`. */
  readonly breath?: number;
  readonly adapter?: Adapter;
}

/** Names an open sentence within its backend. */
export type SentenceHandle = number;

/** What `advance` made of one sentence. */
export interface FrameBatch {
  /** [T] the symbol (index into the request's `symbols`) each new frame speaks, never falling; T may be 0. */
  readonly symbolIndices: Int32Array;
  /** Why the sentence has no further frames: the prediction reached the end distribution, or it rested long enough. */
  readonly ended?: "stopped" | "rested";
}

/** A Gaussian posterior, row-major f32. */
export interface Posterior {
  readonly mean: Float32Array;
  readonly logScale: Float32Array;
}

/** One line to learn a voice from: KALL-E's test-time training (section 3, Eq. 11). */
export interface TrainingLine {
  /** [S + K] as in SentenceRequest. */
  readonly conditioning: Float32Array;
  /** [P] as in SentenceRequest. */
  readonly symbols: Int32Array;
  /** [T] the symbol each frame speaks, never falling. */
  readonly symbolIndices: Int32Array;
  /** [T, D] a draw from `target`: what the model reads as the frames before (zeros before the first). */
  readonly latents: Float32Array;
  /** [T, D] what each frame should be predicted as. */
  readonly target: Posterior;
}

/** What a voice is off on a line, and which way is up. */
export interface AdapterGradient {
  /** Mean over T and D of KL(target || prediction) in nats (Eq. 12, without the end term). */
  readonly kl: number;
  /** Mean over the first T - 1 frames of the cross-entropy of the pointer's advance in nats; 0 without a pointer. */
  readonly pointer: number;
  /** d (kl + POINTER_WEIGHT * pointer) / d adapter. */
  readonly gradient: Adapter;
  /** [S + K] the same by the line's conditioning; empty where the model takes none. */
  readonly conditioningGradient: Float32Array;
}

/** Weight of the pointer's loss beside the KL, as the model was trained (weights/recipe/train_lm.py). */
export const POINTER_WEIGHT = 0.1;

/** Every method rejects with BackendError when the device is lost or the backend disposed. */
export interface SpeechBackend {
  /**
   * Takes in voice and text; no frame is made yet.
   * @throws RangeError for a symbol id, sizes, a temperature or a breath out of range
   * @throws AdapterError when the adapter's tensors do not fit the model
   */
  openSentence(request: SentenceRequest): Promise<SentenceHandle>;
  /**
   * Makes up to `maxFrames` (>= 1) frames of each sentence; fewer only when it ends. An ended sentence gives no frames.
   * @throws RangeError for a handle that is not open
   */
  advance(handles: readonly SentenceHandle[], maxFrames: number): Promise<FrameBatch[]>;
  /**
   * The sound of each sentence that became complete since the last call, mono in about -1..1. While a sentence goes on,
   * the sound is `delayLatents` frames behind its frames; once it has ended all of it is given, so that T frames make
   * exactly T * samplesPerLatent samples.
   * @throws RangeError for a handle that is not open
   */
  decode(handles: readonly SentenceHandle[]): Promise<Float32Array[]>;
  /** Frees a sentence. Closing one that is not open does nothing. */
  close(handle: SentenceHandle): Promise<void>;
  /**
   * Samples [T * samplesPerLatent] -> normalised latents [T, D]. Loads its weights at the first call.
   * @throws AudioInputError when the length is not a whole number of latents, or 0
   */
  encode(samples: Float32Array): Promise<Posterior>;
  /**
   * At least one second of samples -> speaker latent [S]. Loads its weights at the first call.
   * @throws AudioInputError when it is shorter
   */
  embedSpeaker(samples: Float32Array): Promise<Posterior>;
  /**
   * One step of test-time training: the loss of a line and its gradient with respect to adapter and conditioning. Loads
   * what it needs at the first call.
   * @throws RangeError for sizes or ids out of range, or symbolIndices that fall or leave the symbols
   * @throws AdapterError when the adapter's tensors do not fit the model
   */
  adapterGradient(line: TrainingLine, adapter: Adapter): Promise<AdapterGradient>;
  /** Frees the model and every sentence. Further calls reject. */
  dispose(): Promise<void>;
}

/** GPU work that is submitted as a whole; none is longer than the backend's bound. */
export interface Slice {
  /** What the cost model learns a price for, for example `lm-step` or `decoder`. */
  readonly kind: string;
  readonly flops: number;
  /** Read and written. */
  readonly bytes: number;
  /** No line waits for it: it stands behind all others, also behind later ones. */
  readonly isBackground?: boolean;
}

/** The work that waits in a backend whose caller decides, frame by frame, how much of it is submitted. */
export interface SliceQueue {
  /** In the order in which it will be submitted. */
  readonly waiting: readonly Slice[];
  /** Submits the first `count` slices as one compute pass of one command buffer. */
  submit(count: number): void;
  /** Called when submitted slices have run, with the time they took; `undefined` until someone listens. */
  onFinished: ((slices: readonly Slice[], elapsedMs: number) => void) | undefined;
}

/** Promises of `advance`, `decode` and the others settle only when their slices were submitted by the caller. */
export interface PacedBackend extends SpeechBackend {
  readonly slices: SliceQueue;
}
