import type { VoiceSink } from "./voice-output.ts";

/**
 * A sink without a mouth: it takes as long as it would take to hear what is written. `soundMs` is a clock that stands
 * still while the browser keeps sound locked.
 */
export function createSilentSink(soundMs: () => number, sampleRateHz: number): VoiceSink {
  let written = 0;
  let playedBefore = 0; // when the clock showed `sinceMs`
  let sinceMs = soundMs();
  let underruns = 0;
  let ended = false;
  let stopped = false;
  const played = () =>
    stopped
      ? playedBefore
      : Math.min(written, playedBefore + Math.floor(((soundMs() - sinceMs) * sampleRateHz) / 1000));
  const rebase = () => {
    playedBefore = played();
    sinceMs = soundMs();
  };
  return {
    write(samples) {
      if (written > 0 && played() === written) underruns++;
      rebase();
      written += samples.length;
    },
    end() {
      ended = true;
    },
    stop() {
      rebase();
      stopped = true;
    },
    setGain() {},
    get playedSamples() {
      return played();
    },
    get bufferedSamples() {
      return written - played();
    },
    get underruns() {
      return underruns;
    },
    get done() {
      return stopped || (ended && played() === written);
    },
    release() {},
  };
}
