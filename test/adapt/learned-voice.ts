import { adapterOf, startValues } from "../../runtime/adapt/adapter-values.ts";
import type { LearnedVoiceFile } from "../../runtime/adapt/learn-voice.ts";
import { modelHashOf } from "../../runtime/adapt/model-hash.ts";
import type { Manifest } from "../../runtime/manifest.ts";

/** A voice as `learnVoice` could give it, whose adapter changes something. */
export function learnedVoice(manifest: Manifest, parts: Partial<LearnedVoiceFile> = {}): LearnedVoiceFile {
  const values = startValues(2, manifest, 3).map((value, i) => value + 0.01 * Math.sin(i));
  return {
    name: "Ada, \u00e9tude",
    latent: Float32Array.from({ length: manifest.speaker.dim }, (_, i) => Math.sin(i)),
    adapter: adapterOf(values, 2, manifest),
    model: modelHashOf(manifest),
    consent: { statementVersion: 1, speaker: "Ada", givenAt: "2026-03-01T12:00:00.000Z", agreed: true },
    report: { steps: 50, seconds: 4.5, alignmentCost: 2.5, klBefore: 1, klAfter: 0.9 },
    ...parts,
  };
}
