export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Renders, and holds at 0 and at each of some times until `work` is done. Offline, a second passes in a few
 * milliseconds: what shall reach the audio thread in time must be sent while it holds.
 */
export async function renderWith(
  context: OfflineAudioContext,
  seconds: readonly number[],
  work: (second: number) => void | Promise<void>,
): Promise<AudioBuffer> {
  for (const second of [0, ...seconds]) {
    void context.suspend(second).then(async () => {
      if (second === 0) await pause(300);
      await work(second);
      await context.resume();
    });
  }
  return context.startRendering();
}

/** Times from `step` on, before `end`. */
export function everySeconds(step: number, end: number): number[] {
  return Array.from({ length: Math.ceil(end / step) - 1 }, (_, i) => (i + 1) * step);
}

/** Root mean square of a channel. */
export function levelOf(buffer: AudioBuffer, channel: number): number {
  const samples = buffer.getChannelData(channel);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
