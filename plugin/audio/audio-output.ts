import type { SinkOptions, VoiceOutput } from "../voice-output.ts";
import { createPcmSink, FADE_MS, type PcmSink } from "./pcm-sink.ts";
import { addPcmPlayer, PCM_PLAYER_NAME } from "./pcm-player-source.ts";
import { playerRows } from "./phase-rows.ts";
import type { PlayerCommand, PlayerSettings, TimedReport } from "./player-messages.ts";

/** What one player's sound goes through on its way to the listener. */
export interface PlayerOutlet {
  /** The player's next line is spoken by this entity. */
  enter(eid: number, options: SinkOptions): void;
  /** The line was given back. */
  leave(): void;
  dispose(): void;
}

export interface AudioOutputOptions {
  readonly context: BaseAudioContext;
  /** Rate of the model's samples, at most the context's. */
  readonly sampleRateHz: number;
  /** Lines that can sound at once. Defaults to 16. */
  readonly speakers?: number;
  /** Where PCM_PLAYER_SOURCE is served, if the page forbids `blob:` scripts. Defaults to a Blob URL. */
  readonly workletUrl?: string;
  /** Connects a player to the listener. Defaults to the context's destination, for every entity the same. */
  readonly createOutlet?: (player: AudioNode, index: number) => Promise<PlayerOutlet>;
  /** In scene units. Defaults to 0. */
  readonly distanceTo?: (eid: number) => number;
  /** Defaults to the context's state being `running`. */
  readonly isRunning?: () => boolean;
}

export interface AudioOutput extends VoiceOutput {
  /** Root mean square of what an entity says now; 0 when it is silent. */
  levelOf(eid: number): number;
  /** True while a speaker has a line. */
  readonly busy: boolean;
}

/** As `AudioOutputOptions` says. */
export const AUDIO_OUTPUT_DEFAULTS = { speakers: 16 } as const;

/** Sound goes on after an underrun when this much waits. */
const RESTART_MS = 60;

/** Between position reports while sound flows: about 45 a second. */
const REPORT_MS = 22;

/** A player of the pool and the line it has now. */
interface Speaker {
  readonly node: AudioWorkletNode;
  readonly outlet: PlayerOutlet;
  eid: number;
  sink: PcmSink | undefined;
}

/**
 * A pool of AudioWorklet players. All are made here, because lines open players between two frames and cannot wait.
 * @throws RangeError when the context's rate is below the model's
 * @throws DOMException when the worklet cannot be loaded
 */
export async function createAudioOutput(options: AudioOutputOptions): Promise<AudioOutput> {
  const { context, sampleRateHz, speakers: count = AUDIO_OUTPUT_DEFAULTS.speakers } = options;
  const settings = playerSettings(sampleRateHz, context.sampleRate);
  await addPcmPlayer(context, options.workletUrl);
  const createOutlet = options.createOutlet ?? plainOutlet;
  const speakers = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Speaker> => {
      const node = createNode(context, settings);
      return { node, outlet: await createOutlet(node, index), eid: -1, sink: undefined };
    }),
  );
  return outputOf(speakers, options);
}

function outputOf(speakers: readonly Speaker[], options: AudioOutputOptions): AudioOutput {
  const { context, sampleRateHz, distanceTo = () => 0 } = options;
  const { isRunning = () => context.state === "running" } = options;
  let free = [...speakers]; // the one that has been free for longest is first
  let lines = 0;
  let disposed = false;

  function retire(speaker: Speaker): void {
    speaker.sink?.abandon();
    speaker.outlet.leave();
    speaker.sink = undefined;
  }

  function open(eid: number, sinkOptions: SinkOptions): PcmSink | undefined {
    const speaker = free.shift();
    if (speaker === undefined) return undefined;
    const { node, outlet } = speaker;
    outlet.enter(eid, sinkOptions);
    const sink = createPcmSink(
      {
        send: (command, transfer = []) => node.port.postMessage(command, transfer),
        now: () => context.currentTime - latencyOf(context),
        frameRateHz: context.sampleRate,
        sampleRateHz,
        released: () => {
          retire(speaker);
          free.push(speaker);
        },
      },
      (lines += 1),
      sinkOptions.gain,
    );
    speaker.eid = eid;
    speaker.sink = sink;
    return sink;
  }

  for (const speaker of speakers) {
    speaker.node.port.addEventListener("message", ({ data }: MessageEvent<TimedReport>) =>
      speaker.sink?.accept(data),
    );
    speaker.node.port.start();
    speaker.node.addEventListener("processorerror", () => {
      retire(speaker);
      free = free.filter((other) => other !== speaker);
    });
  }

  return {
    get running() {
      return !disposed && isRunning();
    },
    open: (eid, sinkOptions) => (disposed ? undefined : open(eid, sinkOptions)),
    distanceTo,
    get busy() {
      return speakers.some(({ sink }) => sink !== undefined);
    },
    levelOf: (eid) =>
      speakers.reduce((most, each) => (each.eid === eid ? Math.max(most, each.sink?.level ?? 0) : most), 0),
    dispose() {
      if (disposed) return;
      disposed = true;
      for (const speaker of speakers) {
        retire(speaker);
        speaker.outlet.dispose();
        speaker.node.port.postMessage({ kind: "close" } satisfies PlayerCommand, []);
        speaker.node.disconnect();
      }
    },
  };
}

function playerSettings(sampleRateHz: number, frameRateHz: number): PlayerSettings {
  const framesOf = (ms: number) => Math.round((ms / 1000) * frameRateHz);
  return {
    ...playerRows(sampleRateHz, frameRateHz),
    fadeFrames: framesOf(FADE_MS),
    restartFrames: framesOf(RESTART_MS),
    reportFrames: framesOf(REPORT_MS),
  };
}

function createNode(context: BaseAudioContext, processorOptions: PlayerSettings): AudioWorkletNode {
  return new AudioWorkletNode(context, PCM_PLAYER_NAME, {
    numberOfInputs: 0,
    outputChannelCount: [1],
    processorOptions,
  });
}

async function plainOutlet(player: AudioNode): Promise<PlayerOutlet> {
  player.connect(player.context.destination);
  return { enter: () => undefined, leave: () => undefined, dispose: () => player.disconnect() };
}

/** Seconds from the context's time to the ear; 0 where the browser does not know, or renders offline. */
function latencyOf(context: BaseAudioContext): number {
  return (context as Partial<AudioContext>).outputLatency ?? 0;
}
