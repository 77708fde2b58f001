import type { Recording } from "../../runtime/speech/check-reference.ts";

/** A recording being heard. */
export interface Review {
  /** Resolves at its end, or when it was stopped. */
  readonly finished: Promise<void>;
  stop(): void;
}

export type PlayRecording = (recording: Recording) => Review;

/** Plays a recording to the player who made it, as it is. */
export function playRecording({ sampleRateHz, channels }: Recording): Review {
  const context = new AudioContext();
  const length = Math.max(1, channels[0]?.length ?? 0);
  const buffer = new AudioBuffer({
    numberOfChannels: Math.max(1, channels.length),
    length,
    sampleRate: sampleRateHz,
  });
  channels.forEach((channel, index) => buffer.copyToChannel(Float32Array.from(channel), index));
  const source = new AudioBufferSourceNode(context, { buffer });
  const ended = new Promise((resolve) => source.addEventListener("ended", resolve, { once: true }));
  source.connect(context.destination);
  source.start();
  return { finished: ended.then(() => context.close()), stop: () => source.stop() };
}
