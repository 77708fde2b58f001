import { expect, it } from "vitest";
import { largestDifference } from "../onnx/tiny-weights.ts";
import { isOver, manifest, stageWith } from "../plugin/stage.ts";
import { AMPLE_MS, createTinyGpu } from "../plugin/tiny-gpu.ts";
import { learnedVoice } from "./learned-voice.ts";

const TEXT = "Go!";
const VOICES = 8;

/** Speaking eight times alone takes a software adapter long when others want the processor, too. */
const TIMEOUT_MS = 600_000;

const gpu = await createTinyGpu(VOICES);

it(
  "two learned and six seeded voices speak in one batch, each as it speaks alone",
  async () => {
    const stage = stageWith(gpu.paced, manifest, { slots: VOICES, budgetMs: AMPLE_MS });
    const learned = [learnedVoice("Ada", 0.02), learnedVoice("Ben", -0.03)];
    for (const voice of learned) stage.voices.learned.set(voice.name, voice);
    const seed = { lo: 5, hi: 0 };
    const speakers = [
      ...learned.map(({ name, latent, adapter }) => ({
        eid: stage.npc({ seed, adapter: name }),
        options: { voice: { seed, latent }, adapter },
      })),
      ...[11, 12, 13, 14, 15, 16].map((lo) => ({
        eid: stage.npc({ seed: { lo, hi: 0 } }),
        options: { voice: { seed: { lo, hi: 0 } } },
      })),
    ];
    const lines = speakers.map(({ eid }) => stage.voices.speak(eid, TEXT, { detail: "full" }));
    await gpu.until(stage, () => lines.every(isOver));
    expect(lines.map(({ state, error }) => error ?? state)).toEqual(lines.map(() => "finished"));
    // Four begin in each update, so the first calls may be smaller.
    expect(gpu.advanced.filter(({ length }) => length === VOICES).length).toBeGreaterThan(1);
    const sounds: Float32Array[] = [];
    for (const { options } of speakers) sounds.push(await gpu.spokenAlone(TEXT, options));
    for (const [index, { eid }] of speakers.entries()) {
      const heard = stage.output.sinks.find((sink) => sink.eid === eid)?.heard() ?? [];
      expect(largestDifference(heard, sounds[index]!)).toBeLessThan(1e-4);
      for (const other of sounds.slice(0, index))
        expect(largestDifference(heard, other)).toBeGreaterThan(1e-2);
    }
    stage.voices.dispose();
  },
  TIMEOUT_MS,
);
