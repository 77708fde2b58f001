import { CreateSoundAsync } from "@babylonjs/core/AudioV2/abstractAudio/audioEngineV2.js";
import type { GameAudio } from "./audio-engine.ts";

/** A sound that nobody hears. */
export interface Hum {
  /** Lets it play while someone speaks; called every frame. */
  update(speaking: boolean): void;
  dispose(): void;
}

const SECONDS = 0.5;

/**
 * iOS mutes a page's audio graph when the ringer is off, unless an audio element plays. Babylon keeps one playing while
 * sounds play, but sound sources, which voices are, do not count; so a silent sound plays while someone speaks.
 */
export async function createHum({ engine, context }: GameAudio): Promise<Hum> {
  const { sampleRate } = context;
  const silence = new AudioBuffer({ length: Math.round(SECONDS * sampleRate), sampleRate });
  const sound = await CreateSoundAsync("voice hum", silence, { loop: true, volume: 0 }, engine);
  let playing = false;
  return {
    update(speaking) {
      if (speaking === playing) return;
      playing = speaking;
      if (speaking) sound.play();
      else sound.stop();
    },
    dispose: () => sound.dispose(),
  };
}
