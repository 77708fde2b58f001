import { describe, expect, it } from "vitest";
import { readLearnState, type LearnState, writeLearnState } from "../../runtime/adapt/learn-state.ts";
import { learnVoice, type LearnVoiceOptions, resumeVoice } from "../../runtime/adapt/learn-voice.ts";
import { modelHashOf } from "../../runtime/adapt/model-hash.ts";
import type { SpeechBackend } from "../../runtime/backend.ts";
import { AdapterError, AudioInputError, ConsentError, VoiceTextError } from "../../runtime/errors.ts";
import { phonemize } from "../../runtime/text/phonemize.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { fakeBackend, quadraticLoss, sayVowels } from "./fake-backend.ts";

const manifest = await tinyManifest();
const TEXT = "Who stole the golden apple? Nobody saw the thief run away.";
const consent = {
  statementVersion: 1,
  speaker: "Ada",
  givenAt: "2026-03-01T12:00:00Z",
  agreed: true,
} as const;
const loss = quadraticLoss(({ latents }) => 0.1 + 0.01 * Math.tanh(latents[3] ?? 0));

/** A recording of the fake voice, slower and higher than the model says it. */
function recordingOf(text: string): Float32Array {
  const ids = phonemize(text).flatMap((segment) =>
    segment.kind === "pause" ? [] : segment.symbols.map((symbol) => manifest.symbols.indexOf(symbol)),
  );
  return sayVowels(ids, (place) => (place % 4 === 0 ? 3 : 2), manifest, 150);
}

const RECORDING = recordingOf(TEXT);
const options = (parts: Partial<LearnVoiceOptions> = {}): LearnVoiceOptions => ({
  samples: RECORDING,
  transcript: TEXT,
  consent,
  name: "Ada",
  steps: 20,
  ...parts,
});

describe("learning a voice", () => {
  it("gives the speaker latent, an adapter, the model, the consent and how it went", async () => {
    const { backend, calls } = fakeBackend(manifest, loss);
    const stages: string[] = [];
    const voice = await learnVoice(
      backend,
      manifest,
      options({ onProgress: ({ stage }) => stages.push(stage) }),
    );
    expect(voice).toMatchObject({ name: "Ada", consent, model: modelHashOf(manifest) });
    expect(voice.latent).toEqual(new Float32Array(manifest.speaker.dim).fill(0.5));
    expect(voice.report.steps).toBe(20);
    expect(voice.report.seconds).toBeCloseTo(RECORDING.length / 16_000, 0);
    expect(voice.report.klAfter).toBeLessThan(voice.report.klBefore);
    expect(voice.adapter.headB.some((value) => value !== 0)).toBe(true);
    expect([...new Set(stages)]).toEqual(["reading", "fitting", "rehearsing", "training"]);
    expect(calls.open.size).toBe(0);
  });

  it("computes nothing without consent", async () => {
    const { backend, calls } = fakeBackend(manifest, loss);
    for (const given of [undefined, { ...consent, agreed: false }, { ...consent, speaker: "" }]) {
      const learning = learnVoice(
        backend,
        manifest,
        options({ consent: given as unknown as typeof consent }),
      );
      await expect(learning).rejects.toThrow(ConsentError);
    }
    expect(calls.names).toEqual([]);
  });

  it("refuses a transcript that is not said, before training", async () => {
    const { backend, calls } = fakeBackend(manifest, loss);
    const transcript = "Bring me seven barrels of cider and a wheel of yellow cheese.";
    await expect(learnVoice(backend, manifest, options({ transcript }))).rejects.toThrow(AudioInputError);
    expect(calls.names).not.toContain("adapterGradient");
    expect(calls.open.size).toBe(0);
  });

  it.each([
    [{ transcript: "" }, VoiceTextError, "empty"],
    [{ name: " " }, RangeError, "1 to 100 characters"],
    [{ steps: 0 }, RangeError, "a whole number from 1 to"],
    [{ steps: 2.5 }, RangeError, "steps is 2.5"],
  ])("refuses %j", async (parts, kind, message) => {
    const { backend, calls } = fakeBackend(manifest, loss);
    const learning = learnVoice(backend, manifest, options(parts));
    await expect(learning).rejects.toThrow(kind);
    await expect(learning).rejects.toThrow(message);
    expect(calls.names).toEqual([]);
  });

  it("can be resumed without the recording, to the same voice", async () => {
    const { backend } = fakeBackend(manifest, loss);
    const states: LearnState[] = [];
    const voice = await learnVoice(backend, manifest, options({ onState: (state) => states.push(state) }));
    const [first] = states;
    if (first === undefined) throw new Error("no state was given");
    expect(await resumeVoice(backend, manifest, readLearnState(writeLearnState(first), manifest))).toEqual(
      voice,
    );
    await expect(resumeVoice(backend, manifest, { ...first, model: "0".repeat(64) })).rejects.toThrow(
      AdapterError,
    );
    await expect(
      resumeVoice(backend, manifest, { ...first, consent: undefined as unknown as typeof consent }),
    ).rejects.toThrow(ConsentError);
  });

  it.each(["openSentence", "advance", "encode", "adapterGradient"] as const)(
    "is cancelled while %s runs, and leaves nothing open",
    async (method) => {
      const stop = new AbortController();
      const { backend, calls } = fakeBackend(manifest, loss);
      const original = backend[method] as (...args: unknown[]) => Promise<unknown>;
      let callsWhenStopped = Infinity;
      const stopping = {
        ...backend,
        [method]: async (...args: unknown[]) => {
          const result = await original(...args);
          stop.abort(new Error("enough"));
          callsWhenStopped = calls.names.length;
          return result;
        },
      } as SpeechBackend;
      await expect(learnVoice(stopping, manifest, options({ signal: stop.signal }))).rejects.toThrow(
        "enough",
      );
      expect(calls.names.length - callsWhenStopped).toBeLessThanOrEqual(1);
      expect(calls.open.size).toBe(0);
    },
  );
});
