import { expect, vi } from "vitest";
import type { LearnedVoiceFile, Manifest, VoiceLearner } from "../../plugin/index.ts";
import { PATIENCE_MS } from "./patience.ts";

/** A voice with an adapter that changes nothing. */
export function plainVoice(name: string, manifest: Manifest): LearnedVoiceFile {
  const { layers, dim } = manifest.languageModel;
  return {
    name,
    latent: new Float32Array(manifest.speaker.dim).fill(0.3),
    adapter: {
      rank: 1,
      attentionA: new Float32Array(layers * 4 * dim),
      attentionB: new Float32Array(layers * 4 * dim),
      headA: new Float32Array(dim),
      headB: new Float32Array(2 * manifest.latentDim),
    },
    model: manifest.files["language-model.safetensors"]!.sha256,
    consent: { statementVersion: 1, speaker: name, givenAt: "2026-11-22T18:00:00Z", agreed: true },
    report: { steps: 2, seconds: 3, alignmentCost: 0, klBefore: 2, klAfter: 1 },
  };
}

/** Learns at once, and nothing of the voice; `heard` gets what it was given. */
export function learnAtOnce(
  manifest: Manifest,
  heard: { readonly seconds: number; readonly transcript: string }[],
): VoiceLearner {
  return {
    async learn({ samples, transcript, consent, name, onProgress }) {
      heard.push({ seconds: samples.length / manifest.sampleRateHz, transcript });
      onProgress?.({ stage: "training", step: 1, steps: 2 });
      return { ...plainVoice(name, manifest), consent };
    },
    resume: () => Promise.reject(new Error("not used")),
  };
}

/** The mirror's panel in the page. */
export function mirrorPanel(): HTMLElement {
  return document.querySelector<HTMLElement>(".mirror")!;
}

export function mirrorButton(label: string): HTMLButtonElement | undefined {
  return [...mirrorPanel().querySelectorAll("button")].find(({ textContent }) => textContent === label);
}

/** Presses a button of the mirror when it is there and can be pressed. */
export async function pressInMirror(label: string): Promise<void> {
  await vi.waitFor(
    () => expect(mirrorButton(label)?.disabled, `the button "${label}"`).toBe(false),
    PATIENCE_MS,
  );
  mirrorButton(label)!.click();
}

/** Forgets all voices of the page. */
export async function forgetVoices(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry("kalliope-files", { recursive: true }).catch(() => undefined); // there are none
}
