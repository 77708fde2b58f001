/**
 * Small sounds that a voice makes ahead of time and that are used again and again: its "hm" and its babble. They are
 * spoken one at a time, when nobody needs the backend more.
 */
import type { Manifest } from "../runtime/manifest.ts";
import type { Scheduler } from "../runtime/schedule/scheduler.ts";
import { speak, type SpeechChunk } from "../runtime/speech/speak.ts";
import type { SpeechVoice } from "../runtime/speech/speech-options.ts";
import type { Adapter } from "../runtime/backend.ts";
import { BABBLE_TEXT } from "./babble.ts";
import type { CachedLine, LineCache } from "./line-cache.ts";
import { joinFloats } from "../runtime/join.ts";

export type SoundKind = "hesitation" | "babble";

const TEXT_OF_SOUND: Readonly<Record<SoundKind, string>> = {
  hesitation: "{HH AH1 M}.",
  babble: BABBLE_TEXT,
};

/** Voices whose sounds stay at hand. */
const MOST_KEPT = 128;

/** What a sound is spoken with. */
export interface SoundVoice {
  /** Names the voice in caches. */
  readonly key: string;
  readonly voice: SpeechVoice;
  readonly adapter: Adapter | undefined;
}

export interface VoiceSounds {
  /** The sound of a voice, when it is there; otherwise it is asked for. */
  find(kind: SoundKind, voice: SoundVoice): CachedLine | undefined;
  /** Lets go of the sounds whose keys contain `part`, those being made too; the cache is the caller's. */
  forget(part: string): void;
  dispose(): void;
}

export function createVoiceSounds(
  scheduler: Scheduler,
  manifest: Manifest,
  cache: LineCache,
  onError: (error: unknown) => void,
): VoiceSounds {
  const kept = new Map<string, CachedLine>();
  const wanted = new Map<string, () => Promise<CachedLine>>();
  let job = new AbortController(); // of the sound being made
  let working = false;
  let disposed = false;

  async function make(kind: SoundKind, key: string, { voice, adapter }: SoundVoice): Promise<CachedLine> {
    const stored = await Promise.resolve(cache.get(key)).catch(() => undefined);
    if (stored !== undefined) return stored;
    const demand = { slackMs: Infinity, rank: Infinity, signal: job.signal };
    const options = { voice, signal: job.signal, style: "neutral" as const, ...(adapter && { adapter }) };
    const chunks = speak(scheduler.backendFor(demand), manifest, TEXT_OF_SOUND[kind], options);
    const parts: SpeechChunk[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    const line = {
      samples: joinFloats(parts.map(({ samples }) => samples)),
      events: parts.flatMap(({ events }) => events),
    };
    if (wanted.has(key)) await cache.put(key, line);
    return line;
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (const [key, makeIt] of wanted) {
      job = new AbortController();
      try {
        const sound = await makeIt();
        if (wanted.has(key)) kept.set(key, sound);
      } catch (error) {
        if (!disposed) onError(error);
      }
      job.abort();
      wanted.delete(key);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    }
    working = false;
  }

  return {
    find(kind, voice) {
      const key = `${kind}:${voice.key}`;
      const sound = kept.get(key);
      if (sound === undefined && !wanted.has(key) && !disposed) {
        wanted.set(key, () => make(kind, key, voice));
        void work();
      }
      return sound;
    },
    forget(part) {
      for (const sounds of [kept, wanted])
        for (const key of sounds.keys()) if (key.includes(part)) sounds.delete(key);
    },
    dispose() {
      disposed = true;
      wanted.clear();
      job.abort();
    },
  };
}
