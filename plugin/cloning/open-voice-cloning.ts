import type { Manifest } from "../../runtime/manifest.ts";
import type { Voices } from "../voices.ts";
import { createMicrophones, type Microphones } from "./microphone.ts";
import { playRecording, type PlayRecording } from "./review-player.ts";
import { openUnfinishedVoices, type UnfinishedVoices } from "./unfinished-voice.ts";
import { createVoiceCloning, type VoiceCloningController } from "./voice-cloning.ts";
import { createVoiceLearner, type VoiceLearner } from "./voice-learner.ts";
import { openVoiceLibrary, type VoiceLibrary } from "./voice-library.ts";

export interface VoiceCloningOptions {
  /** Defaults to the player's own (`openVoiceLibrary`). */
  readonly library?: VoiceLibrary;
  /** Defaults to those of the browser. */
  readonly microphones?: Microphones;
  /** Defaults to learning on the game's backend. */
  readonly learner?: VoiceLearner;
  /** Defaults to the page's storage. */
  readonly unfinished?: UnfinishedVoices;
  /** Defaults to the page's loudspeakers. */
  readonly play?: PlayRecording;
  /** Hears what does not keep cloning from going on; must not throw. Defaults to console.error. */
  readonly onError?: (error: unknown) => void;
}

/** A controller of cloning and the voices of the player. */
export interface VoiceCloning {
  readonly controller: VoiceCloningController;
  readonly library: VoiceLibrary;
}

/** Opens what cloning needs of the page and the game; `voices` is the plugin. */
export async function openVoiceCloning(
  voices: Pick<Voices, "idleBackend" | "learned"> & { readonly manifest: Manifest },
  options: VoiceCloningOptions = {},
): Promise<VoiceCloning> {
  const { onError = (error) => console.error(error) } = options;
  const { manifest } = voices;
  const library = options.library ?? (await openVoiceLibrary({ voices, manifest }));
  const controller = createVoiceCloning({
    library,
    learner: options.learner ?? createVoiceLearner(voices, manifest),
    microphones: options.microphones ?? createMicrophones(),
    unfinished: options.unfinished ?? (await openUnfinishedVoices(manifest, onError)),
    play: options.play ?? playRecording,
    now: () => new Date(),
    onError,
  });
  return { controller, library };
}
