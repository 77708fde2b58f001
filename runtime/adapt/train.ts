import type { SpeechBackend } from "../backend.ts";
import type { Manifest } from "../manifest.ts";
import { followAverage, stepAdam } from "./adam.ts";
import { addAdapter, adapterOf } from "./adapter-values.ts";
import { heldOutKl, type KlOf, meanKl } from "./held-out.ts";
import { LEARN_SETTINGS as SETTINGS } from "./learn-settings.ts";
import type { LearnState } from "./learn-state.ts";
import type { LearnControl } from "./learn-voice.ts";
import { drawLine, type Lesson, meanLine } from "./lesson.ts";
import { yieldThread } from "../yield-thread.ts";

/** Seed of all draws. */
const SEED = 1;

/** The parts of a state that training changes; its arrays are the trainer's own. */
type Progressing = { -readonly [Key in keyof LearnState]: LearnState[Key] };

/**
 * Trains until the steps are done, the held-out line has not become better for a while, or the rehearsed ones are forgotten. A step depends on nothing but
 * the state before it, so a state that was saved goes on as if it had never stopped.
 * @throws BackendError when the device fails, or the signal's reason; the given state is never changed
 */
export async function train(
  backend: SpeechBackend,
  manifest: Manifest,
  start: LearnState,
  { signal, onProgress, onState }: LearnControl = {},
): Promise<LearnState> {
  const state: Progressing = snapshot(start);
  const klOf: KlOf = async (lesson) => {
    await yieldThread(signal);
    const adapter = adapterOf(state.average, state.rank, manifest);
    return (await backend.adapterGradient(meanLine(lesson), adapter)).kl;
  };
  if (state.step === 0) {
    state.bestKl = await heldOutKl(state, klOf);
    state.rehearsedBefore = await meanKl(state.rehearsal, klOf);
  }
  while (state.step < state.steps && !isStale(state)) {
    const stepKl = await takeStep(backend, manifest, state, signal);
    const { step: done, steps } = state;
    if (done % SETTINGS.stepsBetweenChecks === 0 || done === steps) {
      const rehearsed = await meanKl(state.rehearsal, klOf);
      if (rehearsed > (1 + SETTINGS.mostForgotten) * state.rehearsedBefore) break;
      const checked = await heldOutKl(state, klOf);
      if (checked < Math.min(state.bestKl, (1 - SETTINGS.leastGain) * state.klBefore)) {
        state.best.set(state.average);
        state.bestKl = checked;
        state.bestStep = done;
      }
    }
    onProgress?.({ stage: "training", step: done, steps, kl: stepKl });
    if (done % SETTINGS.stepsBetweenStates === 0) onState?.(snapshot(state));
  }
  await yieldThread(signal);
  return state;
}

function isStale({ step, bestStep }: LearnState): boolean {
  return step - bestStep >= SETTINGS.patience * SETTINGS.stepsBetweenChecks;
}

/** One step of AdamW on the mean gradient of a few lines; gives their mean KL. */
async function takeStep(
  backend: SpeechBackend,
  manifest: Manifest,
  state: Progressing,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { values, average, rank } = state;
  const mean = new Float32Array(values.length);
  let sum = 0;
  for (let i = 0; i < SETTINGS.linesAStep; i++) {
    await yieldThread(signal);
    const draw = state.step * SETTINGS.linesAStep + i;
    const line = drawLine(lessonOf(state, draw), SEED, draw, SETTINGS.inputNoise);
    const { kl, gradient } = await backend.adapterGradient(line, adapterOf(values, rank, manifest));
    addAdapter(mean, gradient, 1 / SETTINGS.linesAStep);
    sum += kl;
  }
  state.step += 1;
  stepAdam(values, mean, state, state.step, SETTINGS.adam);
  followAverage(average, values, state.step, SETTINGS.averageDecay);
  return sum / SETTINGS.linesAStep;
}

/** Which lesson a draw is of: lessons of each kind take turns, and the two kinds mix evenly. */
function lessonOf({ training, rehearsal }: LearnState, draw: number): Lesson {
  const share = rehearsal.length === 0 ? 0 : SETTINGS.rehearsal;
  const rehearsed = Math.floor(draw * share);
  const own = Math.floor((draw + 1) * share) === rehearsed;
  const [lessons, turn] = own ? [training, draw - rehearsed] : [rehearsal, rehearsed];
  const lesson = lessons[turn % lessons.length];
  if (lesson === undefined)
    throw new RangeError("There is no lesson to train on; a recording has at least one.");
  return lesson;
}

function snapshot(state: LearnState): LearnState {
  const { values, average, first, second, best } = state;
  return {
    ...state,
    values: values.slice(),
    average: average.slice(),
    first: first.slice(),
    second: second.slice(),
    best: best.slice(),
  };
}
