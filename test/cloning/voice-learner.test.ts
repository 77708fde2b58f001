import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LearnState } from "../../runtime/adapt/learn-state.ts";
import type { LearnProgress } from "../../runtime/adapt/learn-voice.ts";
import type { SpeechBackend } from "../../runtime/backend.ts";
import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import { speak } from "../../runtime/speech/speak.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { createVoiceLearner } from "../../plugin/cloning/voice-learner.ts";
import { joinFloats } from "../../runtime/join.ts";
import { readTiny } from "../onnx/tiny-weights.ts";
import { manifest, stageWith } from "../plugin/stage.ts";

const TRANSCRIPT = "Good evening, traveler. Mind the old bridge!";
const CONSENT = {
  statementVersion: 1,
  speaker: "Ada",
  givenAt: "2026-11-22T18:00:00Z",
  agreed: true,
} as const;

let backend: SpeechBackend;
/** What the model itself says, so that it fits its transcript. */
let samples: Float32Array;

beforeAll(async () => {
  backend = await createOnnxBackend(await loadWeights(readTiny, []));
  const parts: Float32Array[] = [];
  for await (const chunk of speak(backend, manifest, TRANSCRIPT, { voice: { seed: 3 } }))
    parts.push(chunk.samples);
  samples = joinFloats(parts);
});
afterAll(() => backend.dispose());

/** A game whose frames go on until `work` is done. */
async function inFrames<T>(stage: ReturnType<typeof stageWith>, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  await stage.until(() => isDone, 100_000);
  return work;
}

const options = (signal: AbortSignal, steps: number) => ({
  samples,
  transcript: TRANSCRIPT,
  consent: CONSENT,
  name: "Ada",
  steps,
  signal,
});

describe("learning on the game's backend", () => {
  it("makes a voice that the game speaks with, while lines go on", async () => {
    const stage = stageWith(backend, manifest);
    const learner = createVoiceLearner(stage.voices, manifest);
    const stages = new Set<LearnProgress["stage"]>();
    const line = stage.voices.speak(stage.npc({ seed: 7 }), TRANSCRIPT);
    const { signal } = new AbortController();
    const onProgress = ({ stage: name }: LearnProgress) => stages.add(name);
    const voice = await inFrames(stage, learner.learn({ ...options(signal, 3), onProgress }));
    expect([...stages]).toEqual(["reading", "fitting", "rehearsing", "training"]);
    await stage.over(line);
    expect(line.state).toBe("finished");
    stage.voices.learned.set(voice.name, voice);
    const own = stage.voices.speak(stage.npc({ seed: 1, adapter: "Ada" }), "Hello.", { detail: "full" });
    await stage.over(own);
    expect(own.state).toBe("finished");
    stage.voices.dispose();
  });

  it("is cancelled within one frame, also when the backend is at work", async () => {
    const stage = stageWith(backend, manifest);
    const learner = createVoiceLearner(stage.voices, manifest);
    const gradient = vi.spyOn(backend, "adapterGradient").mockReturnValue(new Promise(() => undefined));
    const cancel = new AbortController();
    const ends: unknown[] = [];
    learner.learn(options(cancel.signal, 3)).then(
      () => ends.push("learned"),
      (error: unknown) => ends.push(error),
    );
    await stage.until(() => gradient.mock.calls.length > 0, 100_000);
    expect(ends).toEqual([]);
    cancel.abort();
    await stage.frames(1);
    expect(ends).toMatchObject([{ name: "AbortError" }]);
    gradient.mockRestore();
    stage.voices.dispose();
  });

  it("asks nothing more of the backend when it was cancelled, and goes on from where it was", async () => {
    const stage = stageWith(backend, manifest);
    const learner = createVoiceLearner(stage.voices, manifest);
    const cancel = new AbortController();
    let state: LearnState | undefined;
    const learning = learner.learn({
      ...options(cancel.signal, 40),
      onState(kept) {
        state = kept;
        cancel.abort();
      },
    });
    await expect(inFrames(stage, learning)).rejects.toMatchObject({ name: "AbortError" });
    const gradient = vi.spyOn(backend, "adapterGradient");
    await stage.frames(20);
    expect(gradient).not.toHaveBeenCalled();
    gradient.mockRestore();
    expect(state?.step).toBeGreaterThan(0);
    const { signal } = new AbortController();
    const voice = await inFrames(stage, learner.resume({ ...state!, steps: state!.step + 2 }, { signal }));
    expect(voice).toMatchObject({ name: "Ada", consent: CONSENT });
    stage.voices.dispose();
  });
});
