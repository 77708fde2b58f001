import type { SpeechBackend } from "../../runtime/backend.ts";
import type { Demand } from "../../runtime/schedule/demand.ts";
import type { Scheduler } from "../../runtime/schedule/scheduler.ts";

export const REQUEST = {
  conditioning: new Float32Array(8),
  symbols: Int32Array.of(1, 2),
  noise: { seedLo: 0, seedHi: 0, stream: 1 },
  temperature: 0,
};

/** A voice that always has more to say. */
export interface Talker {
  readonly demand: Demand;
  /** Calls that came back. */
  served: number;
  /** Those of them that brought sound. */
  sounds: number;
  readonly stop: AbortController;
  /** Resolves when it was stopped. */
  readonly over: Promise<void>;
}

/** Speaks sentence after sentence through the scheduler, each in a small chunk and large ones, until it is stopped. */
export function startTalker(scheduler: Scheduler, slackMs: number, rank: number): Talker {
  const stop = new AbortController();
  const demand: Demand = { slackMs, rank, signal: stop.signal };
  const talker = { demand, served: 0, sounds: 0, stop };
  const over = talk(scheduler.backendFor(demand), talker).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return Object.assign(talker, { over });
}

async function talk(backend: SpeechBackend, talker: Pick<Talker, "served" | "sounds">): Promise<never> {
  for (;;) {
    const handle = await backend.openSentence(REQUEST);
    talker.served++;
    for (let ended = false, frames = 2; !ended; frames = 12) {
      const [batch] = await backend.advance([handle], frames);
      await backend.decode([handle]);
      talker.served += 2;
      talker.sounds++;
      ended = batch?.ended !== undefined;
    }
    await backend.close(handle);
  }
}

/** Lets everything run that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A repeatable source of numbers from 0 to 1. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
