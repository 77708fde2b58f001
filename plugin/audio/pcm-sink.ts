import type { VoiceSink } from "../voice-output.ts";
import type { PlayerCommand, TimedReport } from "./player-messages.ts";

/** Length of the fades at start, end, stop and underrun. */
export const FADE_MS = 5;

const GAIN_RAMP_MS = 20;

/** What a sink needs of the player it speaks through. */
export interface PlayerLink {
  send(command: PlayerCommand, transfer?: Transferable[]): void;
  /** The context's time of what is heard now. */
  now(): number;
  /** Rate of the context. */
  readonly frameRateHz: number;
  /** Rate of the model. */
  readonly sampleRateHz: number;
  /** Called once by `release`. */
  released(): void;
}

/** The page's side of one line in a player. */
export interface PcmSink extends VoiceSink {
  readonly line: number;
  /** Takes in what the player reports of this line. */
  accept(report: TimedReport): void;
  /** The player is gone: what was heard stays, the sink is done. */
  abandon(): void;
  /** Root mean square of what is heard, for mouths without visemes. */
  readonly level: number;
}

/** Opens a line. Between reports the position goes on with the context's time. */
export function createPcmSink(link: PlayerLink, line: number, gain: number): PcmSink {
  const { sampleRateHz, frameRateHz } = link;
  const framesOf = (ms: number) => Math.round((ms / 1000) * frameRateHz);
  let report: TimedReport = { line, state: "waiting", played: 0, underruns: 0, level: 0, contextTime: 0 };
  let written = 0;
  let heard = 0;
  let open = true;
  const send: PlayerLink["send"] = (command, transfer) => {
    if (open) link.send(command, transfer);
  };
  send({ kind: "open", line, gain });

  const reached = () => link.now() >= report.contextTime;

  function playedSamples(): number {
    const since = (link.now() - report.contextTime) * sampleRateHz;
    const position = report.played + (report.state === "flowing" ? since : Math.min(0, since));
    heard = Math.max(heard, Math.min(position, written));
    return heard;
  }

  return {
    line,
    write(samples) {
      const copy = samples.slice(); // moves to the audio thread; the given array may be a view, or cached elsewhere
      written += copy.length;
      send({ kind: "write", samples: copy }, [copy.buffer]);
    },
    end: () => send({ kind: "end" }),
    stop: (fadeMs = FADE_MS) => send({ kind: "stop", fadeFrames: framesOf(fadeMs) }),
    setGain: (next, rampMs = GAIN_RAMP_MS) =>
      send({ kind: "gain", gain: next, rampFrames: framesOf(rampMs) }),
    get playedSamples() {
      return playedSamples();
    },
    get bufferedSamples() {
      return written - playedSamples();
    },
    get underruns() {
      return report.underruns;
    },
    get done() {
      return !open || (report.state === "done" && reached());
    },
    get level() {
      return open && report.state === "flowing" ? report.level : 0;
    },
    accept(next) {
      if (next.line === line && open) report = next;
    },
    abandon() {
      open = false;
    },
    release() {
      if (!open) return;
      playedSamples();
      if (report.state !== "done") send({ kind: "stop", fadeFrames: framesOf(FADE_MS) });
      open = false;
      link.released();
    },
  };
}
