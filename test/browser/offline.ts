export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Answers what it is told. */
const ECHO_SOURCE = `registerProcessor("echo", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.port.postMessage(data);
  }
  process() {
    return true;
  }
});`;

/** What resolves when the audio thread has dealt with all that was sent to it before. */
async function createEcho(context: BaseAudioContext): Promise<() => Promise<void>> {
  const url = URL.createObjectURL(new Blob([ECHO_SOURCE], { type: "text/javascript" }));
  await context.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const { port } = new AudioWorkletNode(context, "echo", { numberOfOutputs: 0 });
  port.start();
  return () =>
    new Promise((resolve) => {
      port.addEventListener("message", () => resolve(), { once: true });
      port.postMessage(null);
    });
}

/**
 * Renders, and holds at 0 and at each of some times until `work` is done and the audio thread has heard of it. Offline, a
 * second passes in a few milliseconds: what shall reach that thread in time must be sent while it holds.
 */
export async function renderWith(
  context: OfflineAudioContext,
  seconds: readonly number[],
  work: (second: number) => void | Promise<void>,
): Promise<AudioBuffer> {
  const echo = await createEcho(context);
  for (const second of [0, ...seconds]) {
    void context.suspend(second).then(async () => {
      await echo(); // what the thread has said up to now has come, too
      await work(second);
      await echo();
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
