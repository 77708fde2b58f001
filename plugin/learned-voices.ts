/** Voices that were learned from recordings, while the game runs. */
import { query } from "bitecs";
import { VoiceComponent } from "./components.ts";
import { hushSpeaker } from "./line-end.ts";
import { ownerKey, type LearnedVoice } from "./line-voice.ts";
import type { VoicesState } from "./voice-state.ts";

/** By the names that `VoiceComponent.adapter` holds. */
export interface LearnedVoices {
  readonly names: readonly string[];
  get(name: string): LearnedVoice | undefined;
  /**
   * A voice to be spoken with from now on. One that had the name is deleted as by `delete`.
   * @throws RangeError for an empty name, which means "none"
   */
  set(name: string, voice: LearnedVoice): void;
  /**
   * Ends its lines and deletes what it has spoken from the caches. Entities that still name it cannot speak.
   * @returns when the caches are done; rejects with what a cache rejects with
   */
  delete(name: string): Promise<void>;
  /**
   * Entities that name it name it anew. What it has spoken is deleted from the caches.
   * @throws RangeError when there is no such voice, or the new name is empty or taken
   */
  rename(from: string, to: string): Promise<void>;
}

export function learnedVoices(state: VoicesState): LearnedVoices {
  const { adapters, cache, sounds, speakers, world, onError } = state;

  async function forget(name: string): Promise<void> {
    adapters.delete(name);
    for (const speaker of Array.from(speakers.values()))
      if (VoiceComponent.adapter[speaker.eid] === name) hushSpeaker(state, speaker);
    sounds.forget(ownerKey(name));
    await cache.forget(ownerKey(name));
  }

  return {
    get names() {
      return [...adapters.keys()];
    },
    get: (name) => adapters.get(name),
    set(name, voice) {
      refuseEmpty(name);
      if (adapters.has(name)) forget(name).catch(onError);
      adapters.set(name, voice);
    },
    delete: async (name) => (adapters.has(name) ? forget(name) : undefined),
    async rename(from, to) {
      refuseEmpty(to);
      const voice = adapters.get(from);
      if (voice === undefined || adapters.has(to)) {
        const reason = voice === undefined ? `there is no learned voice "${from}"` : `"${to}" is taken`;
        throw new RangeError(
          `A voice cannot be renamed: ${reason}. There are: ${[...adapters.keys()].join(", ")}.`,
        );
      }
      adapters.set(to, voice);
      const done = forget(from);
      for (const eid of query(world, [VoiceComponent]))
        if (VoiceComponent.adapter[eid] === from) VoiceComponent.adapter[eid] = to;
      await done;
    },
  };
}

function refuseEmpty(name: string): void {
  if (name !== "") return;
  throw new RangeError('A learned voice was given the name "", which stands for none. Give it a name.');
}
