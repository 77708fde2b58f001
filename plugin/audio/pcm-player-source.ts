import { createPcmPlayer } from "./pcm-player.ts";
import type { PlayerCommand, PlayerSettings, TimedReport } from "./player-messages.ts";

/** Name of the processor for `new AudioWorkletNode`. */
export const PCM_PLAYER_NAME = "kalliope-pcm-player";

/** The part of AudioWorkletGlobalScope that TypeScript's libraries leave out. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: unknown): void;
declare const currentFrame: number;
declare const sampleRate: number;

/** The worklet loads the text of this function, so it must not use anything from outside it but the worklet's globals. */
function registerPcmPlayer(name: string, createPlayer: typeof createPcmPlayer): void {
  class PcmPlayerProcessor extends AudioWorkletProcessor {
    readonly player;

    constructor({ processorOptions }: { readonly processorOptions: PlayerSettings }) {
      super();
      this.player = createPlayer(processorOptions);
      this.port.addEventListener("message", ({ data }: MessageEvent<PlayerCommand>) =>
        this.player.receive(data),
      );
      this.port.start();
    }

    /** Returning false lets the browser collect the node. */
    process(_inputs: unknown, outputs: readonly (readonly Float32Array[])[]): boolean {
      const channel = outputs[0]?.[0];
      if (channel === undefined) return !this.player.closed;
      this.player.render(channel);
      const report = this.player.takeReport();
      if (report !== undefined) {
        const contextTime = (currentFrame + channel.length) / sampleRate;
        this.port.postMessage({ ...report, contextTime } satisfies TimedReport, []);
      }
      return !this.player.closed;
    }
  }
  registerProcessor(name, PcmPlayerProcessor);
}

/**
 * The worklet's module as text. Bundlers of libraries break worklet files (Vite inlines untranspiled TypeScript or
 * emits an absolute path), so the module is made of the functions themselves.
 */
export const PCM_PLAYER_SOURCE = `(${registerPcmPlayer})(${JSON.stringify(PCM_PLAYER_NAME)}, ${createPcmPlayer});\n`;

/** Contexts that have the module. A second `addModule` from another Blob would register the name twice and throw. */
const loaded = new WeakMap<BaseAudioContext, Promise<void>>();

/**
 * Makes the processor known to a context, once.
 * @param workletUrl where PCM_PLAYER_SOURCE is served, for pages whose Content-Security-Policy forbids `blob:` scripts
 * @throws DOMException when the module cannot be loaded
 */
export function addPcmPlayer(context: BaseAudioContext, workletUrl?: string): Promise<void> {
  const adding = loaded.get(context) ?? addModule(context.audioWorklet, workletUrl);
  loaded.set(context, adding);
  adding.catch(() => loaded.delete(context));
  return adding;
}

async function addModule(worklet: AudioWorklet, workletUrl: string | undefined): Promise<void> {
  if (workletUrl !== undefined) return worklet.addModule(workletUrl);
  const url = URL.createObjectURL(new Blob([PCM_PLAYER_SOURCE], { type: "text/javascript" }));
  try {
    await worklet.addModule(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}
