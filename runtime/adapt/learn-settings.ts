import type { AdamSettings } from "./adam.ts";
import type { InputNoise } from "./lesson.ts";

/** How a voice is learned; `Settings` of weights/recipe/adapt_learn.py, which measures it, says the same (weights/MODEL_CARD.md). */
export const LEARN_SETTINGS = {
  rank: 8,
  /** Steps at most. */
  steps: 60,
  /** Lines of which the gradients are averaged in a step. */
  linesAStep: 2,
  /** Learning rate of the speaker latent, which is fitted before anything else is learned. */
  speakerRate: 0.02,
  adam: { learningRate: 5e-4, weightDecay: 0.01, beta1: 0.9, beta2: 0.99 } satisfies AdamSettings,
  /** Of the running average of the adapter, which is what is kept. */
  averageDecay: 0.95,
  inputNoise: { deviation: 0.3, dropped: 0.5 } satisfies InputNoise,
  /** Share of the lines that are the model's own. */
  rehearsal: 0.5,
  /**
   * Share of the KL on the held-out frames that must be gained over zero-shot, or the voice does without fitted latent and adapter.
   * Voices unlike those of the corpus gain 3 % or more; the others 1.7 % at most, and their other lines become less alike.
   */
  leastGain: 0.02,
  /**
   * Share by which the KL on the rehearsed lines may rise; then training ends, for words are lost next. It rises on voices that are
   * far from those of the corpus.
   */
  mostForgotten: 0.1,
  /** Steps between two looks at the held-out line; training ends when this many looks in a row showed nothing better. */
  stepsBetweenChecks: 5,
  patience: 4,
  /** Steps between two states that are handed out. */
  stepsBetweenStates: 10,
} as const;
