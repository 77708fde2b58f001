import type { VoicesState } from "../voice-state.ts";

/** Gives back the sinks of ended lines that have faded out. */
export function releaseSinks({ fading, onError }: VoicesState): void {
  for (const sink of Array.from(fading.keys())) {
    try {
      if (!sink.done) continue;
      fading.delete(sink);
      sink.release();
    } catch (error) {
      fading.delete(sink);
      onError(error);
    }
  }
}
