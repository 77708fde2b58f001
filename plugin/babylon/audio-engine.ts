import {
  LastCreatedAudioEngine,
  type AudioEngineV2,
} from "@babylonjs/core/AudioV2/abstractAudio/audioEngineV2.js";
import { CreateAudioEngineAsync } from "@babylonjs/core/AudioV2/webAudio/webAudioEngine.js";

/** The audio engine voices are heard through, and what Babylon keeps to itself of it. */
export interface GameAudio {
  readonly engine: AudioEngineV2;
  readonly context: BaseAudioContext;
  /** Disposes an engine that was made here; the game's own stays. */
  dispose(): void;
}

export interface GameAudioOptions {
  readonly audioEngine?: AudioEngineV2;
  readonly audioContext?: BaseAudioContext;
}

/**
 * The game's audio engine: the given one, or the one made last, or a new one. A new one gets a context made here, which is
 * the public way to know it; of an engine of the game it is read from a member that Babylon marks internal.
 * @throws Error when the context of the game's engine is not to be found
 */
export async function useAudioEngine(options: GameAudioOptions): Promise<GameAudio> {
  const engine = options.audioEngine ?? LastCreatedAudioEngine();
  if (engine !== null)
    return { engine, context: options.audioContext ?? contextOf(engine), dispose: () => undefined };
  const context = new AudioContext({ latencyHint: "interactive" });
  const made = await CreateAudioEngineAsync({ audioContext: context, disableDefaultUI: true });
  return { engine: made, context, dispose: () => made.dispose() }; // closes the context too
}

function contextOf(engine: AudioEngineV2): BaseAudioContext {
  const { _audioContext: context } = engine as { readonly _audioContext?: unknown };
  if (context instanceof BaseAudioContext) return context;
  throw new Error(
    "The AudioContext of the audio engine is not known. Create it, give it to CreateAudioEngineAsync as `audioContext`, " +
      "and give the same to createVoicePluginAsync.",
  );
}

const GESTURES = ["pointerup", "touchend", "keydown", "click"] as const;

/**
 * Resumes a locked context at any gesture of the player. Babylon resumes on clicks only, and once its `resumeAsync` was
 * called too early it keeps waiting for that call; so the context is resumed here directly. Returns what ends it.
 */
export function unlockOnGesture(context: BaseAudioContext): () => void {
  const resume = () => {
    if (context.state !== "running") void resumeContext(context);
  };
  for (const gesture of GESTURES)
    document.addEventListener(gesture, resume, { capture: true, passive: true });
  return () => {
    for (const gesture of GESTURES) document.removeEventListener(gesture, resume, { capture: true });
  };
}

/** Call it in a gesture. Resolves when sound is heard; an offline context needs no unlocking. */
export async function resumeContext(context: BaseAudioContext): Promise<void> {
  if (context instanceof AudioContext && context.state !== "closed") await context.resume();
}
