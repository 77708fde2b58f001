import type { PlayerCommand, PlayerReport, PlayerSettings, PlayerState } from "./player-messages.ts";

/** Plays the chunks of one line at a time. */
export interface PcmPlayer {
  receive(command: PlayerCommand): void;
  /** Fills `output` with the next frames. */
  render(output: Float32Array): void;
  /** What happened since the last report, when there is something to say. */
  takeReport(): PlayerReport | undefined;
  /** True after `close`. */
  readonly closed: boolean;
}

/**
 * A queue of chunks at the model's rate, converted to the context's rate by a polyphase filter. Outputs are dot products
 * over absolute input positions, so how the input was cut cannot change them. `render` allocates nothing.
 *
 * The loudness of the sound is a product of three ramps: `edge` rises from silence at a start, and falls to it with the
 * last frames that are known, so that neither an end nor an underrun clicks; `stopLevel` falls after a stop; `gain` is
 * the caller's.
 *
 * The worklet loads the text of this function (pcm-player-source.ts), so it must not use anything from outside it.
 */
export function createPcmPlayer(settings: PlayerSettings): PcmPlayer {
  const { rows, taps, step, phases, fadeFrames, restartFrames, reportFrames } = settings;
  const half = taps / 2;
  const input = new Float32Array(2048 + taps); // from absolute position `base` on; refilled from the chunks
  const later: PlayerCommand[] = []; // for the next line, while this one fades out
  let chunks: Float32Array[] = [];
  let chunkStart = 0;
  let base = 0;
  let filled = 0;
  let received = 0;
  let ended = false;
  let emitted = 0;
  let whole = 0; // emitted * step = whole * phases + phase
  let phase = 0;

  let line = 0;
  let state: PlayerState = "done";
  let underruns = 0;
  let edge = 0;
  let stopLevel = 1;
  let stopStep = 0;
  let gain = 1;
  let gainTarget = 1;
  let gainStep = 0;

  let closed = false;
  let sinceReport = 0;
  let squares = 0;
  let reportDue = false;

  function enter(next: PlayerState): void {
    state = next;
    reportDue = true;
  }

  function open(nextLine: number, nextGain: number): void {
    chunks = [];
    chunkStart = 0;
    input.fill(0);
    base = 1 - half; // silence before the first sample
    filled = half - 1;
    received = 0;
    ended = false;
    emitted = 0;
    whole = 0;
    phase = 0;
    line = nextLine;
    underruns = 0;
    edge = 0;
    stopLevel = 1;
    stopStep = 0;
    gain = nextGain;
    gainTarget = nextGain;
    gainStep = 0;
    sinceReport = 0;
    squares = 0;
    enter("waiting");
  }

  /** Outputs whose inputs have all been written. */
  function readyFrames(): number {
    const settled = ended ? received : Math.max(0, received - half);
    return Math.ceil((settled * phases) / step) - emitted;
  }

  function refill(): void {
    const passed = Math.min(filled, Math.max(0, whole - half + 1 - base));
    input.copyWithin(0, passed, filled);
    base += passed;
    filled -= passed;
    while (filled < input.length) {
      const chunk = chunks[0];
      if (chunk === undefined) break;
      const count = Math.min(input.length - filled, chunk.length - chunkStart);
      for (let i = 0; i < count; i += 1) input[filled + i] = chunk[chunkStart + i]!;
      filled += count;
      chunkStart += count;
      if (chunkStart < chunk.length) continue;
      chunks.shift();
      chunkStart = 0;
    }
    input.fill(0, filled); // silence after the last sample
  }

  function nextValue(): number {
    if (whole + half >= base + input.length) refill();
    const row = phase * taps;
    const first = whole - half + 1 - base;
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) sum += rows[row + tap]! * input[first + tap]!;
    emitted += 1;
    phase += step;
    whole += Math.floor(phase / phases);
    phase %= phases;
    return sum;
  }

  /** Loudness of the next frame, of which `left` are known. */
  function nextLevel(left: number): number {
    edge = Math.min(1, edge + 1 / fadeFrames, left / fadeFrames);
    stopLevel = Math.max(0, stopLevel - stopStep);
    if (gain !== gainTarget) {
      gain += gainStep;
      if (gain > gainTarget === gainStep > 0) gain = gainTarget;
    }
    return edge * stopLevel * gain;
  }

  function start(): void {
    const ready = readyFrames();
    if (ended && ready === 0) return finish();
    if (ready > 0 && (emitted === 0 || ended || ready >= restartFrames)) enter("flowing");
  }

  function runDry(): void {
    if (ended) return finish();
    underruns += 1;
    edge = 0;
    enter("waiting");
  }

  function finish(): void {
    chunks = [];
    enter("done");
  }

  function flow(output: Float32Array): void {
    refill();
    const left = readyFrames();
    const count = Math.min(left, output.length);
    for (let i = 0; i < count; i += 1) {
      const value = nextValue() * nextLevel(left - i);
      output[i] = value;
      squares += value * value;
    }
    sinceReport += count;
    if (stopLevel === 0) finish();
    else if (count === left) runDry();
  }

  function apply(command: PlayerCommand): void {
    if (command.kind === "open") open(command.line, command.gain);
    else if (command.kind === "close") closed = true;
    else if (state === "done") return;
    else if (command.kind === "write") {
      if (command.samples.length > 0) chunks.push(command.samples);
      received += command.samples.length;
    } else if (command.kind === "end") ended = true;
    else if (command.kind === "stop") {
      if (state === "waiting") finish();
      else stopStep = Math.max(stopStep, 1 / Math.max(1, command.fadeFrames));
    } else {
      gainTarget = command.gain;
      gainStep = (gainTarget - gain) / Math.max(1, command.rampFrames);
    }
  }

  return {
    receive(command) {
      if (command.kind === "open" && state === "flowing") {
        stopStep = Math.max(stopStep, 1 / fadeFrames);
        later.push(command);
      } else if (later.length > 0) later.push(command);
      else apply(command);
    },
    render(output) {
      output.fill(0);
      if (state === "done") for (const command of later.splice(0)) apply(command);
      if (state === "waiting") start();
      if (state === "flowing") flow(output);
    },
    takeReport() {
      if (!reportDue && sinceReport < reportFrames) return undefined;
      const report: PlayerReport = {
        line,
        state,
        played: Math.min(received, (emitted * step) / phases),
        underruns,
        level: sinceReport === 0 ? 0 : Math.sqrt(squares / sinceReport),
      };
      reportDue = false;
      sinceReport = 0;
      squares = 0;
      return report;
    },
    get closed() {
      return closed;
    },
  };
}
