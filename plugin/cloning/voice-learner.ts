import type { LearnState } from "../../runtime/adapt/learn-state.ts";
import type { LearnControl, LearnedVoiceFile, LearnVoiceOptions } from "../../runtime/adapt/learn-voice.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import type { Voices } from "../voices.ts";

/** Learns voices; see runtime/adapt/learn-voice.ts for what is thrown. */
export interface VoiceLearner {
  learn(options: LearnVoiceOptions & { readonly signal: AbortSignal }): Promise<LearnedVoiceFile>;
  resume(
    state: LearnState,
    control: LearnControl & { readonly signal: AbortSignal },
  ): Promise<LearnedVoiceFile>;
}

/** On the game's own backend, in what time its lines leave over. What only learning needs is loaded when it begins. */
export function createVoiceLearner(voices: Pick<Voices, "idleBackend">, manifest: Manifest): VoiceLearner {
  const load = () => import("../../runtime/adapt/learn-voice.ts");
  return {
    async learn(options) {
      const { learnVoice } = await load();
      return learnVoice(voices.idleBackend(options.signal), manifest, options);
    },
    async resume(state, control) {
      const { resumeVoice } = await load();
      return resumeVoice(voices.idleBackend(control.signal), manifest, state, control);
    },
  };
}
