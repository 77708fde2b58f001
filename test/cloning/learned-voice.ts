import type { LearnedVoiceFile } from "../../runtime/adapt/learn-voice.ts";
import { modelHashOf } from "../../runtime/adapt/model-hash.ts";
import { manifest } from "../plugin/stage.ts";

const RANK = 2;

/** A learned voice of the tiny model whose numbers are all made of one. */
export function learnedVoice(name: string, value = 0.25): LearnedVoiceFile {
  const { languageModel, latentDim, speaker } = manifest;
  const { layers, dim } = languageModel;
  const of = (length: number) => new Float32Array(length).fill(value);
  return {
    name,
    latent: of(speaker.dim),
    adapter: {
      rank: RANK,
      attentionA: of(layers * 4 * RANK * dim),
      attentionB: of(layers * 4 * dim * RANK),
      headA: of(RANK * dim),
      headB: of(2 * latentDim * RANK),
    },
    model: modelHashOf(manifest),
    consent: { statementVersion: 1, speaker: name, givenAt: "2026-11-22T18:00:00.000Z", agreed: true },
    report: { steps: 10, seconds: 5, alignmentCost: 0.2, klBefore: 2, klAfter: 1.5 },
  };
}
