import type { AudioEngineV2 } from "@babylonjs/core/AudioV2/abstractAudio/audioEngineV2.js";
import type { PrimaryAudioBus } from "@babylonjs/core/AudioV2/abstractAudio/audioBus.js";
import type { Node } from "@babylonjs/core/node.js";
import type { VoiceEffect } from "../audio/effects.ts";
import type { WeightsCache, WeightsProgress } from "../storage/weights-cache.ts";
import type { VoicesOptions } from "../voices.ts";
import type { BackendChoice } from "./choose-backend.ts";
import type { VoiceSpatialOptions } from "./voice-source.ts";

/** What the plugin is busy with while it loads. */
export type VoicePluginProgress =
  | ({ readonly stage: "weights" } & WeightsProgress)
  | { readonly stage: "kernels"; readonly compiled: number; readonly total: number };

/** Everything of the voices themselves (budget, lexicon, learned voices, hearing range, ...) may be given too. */
export interface VoicePluginOptions extends Omit<
  VoicesOptions,
  "backend" | "backendLabel" | "manifest" | "output" | "clock"
> {
  /** Address of the weights folder, for example "/weights/small/". */
  readonly weights: string;
  /** Where the model runs. Defaults to "auto": the engine's GPU, or a Worker where there is no real one. */
  readonly backend?: BackendChoice;
  /** Makes a Worker of runtime/onnx/worker.ts; for bundlers that do not find it. */
  readonly createWorker?: () => Worker;
  /** WASM threads of the Worker; more than 1 needs COOP and COEP headers. Defaults to 1. */
  readonly threads?: number;
  /** Lines that can sound at once; more are silent but timed. Defaults to 16. */
  readonly speakers?: number;
  /** The game's audio engine. Defaults to the one created last, or a new one. */
  readonly audioEngine?: AudioEngineV2;
  /** The context of `audioEngine`. Defaults to the one Babylon keeps inside. */
  readonly audioContext?: BaseAudioContext;
  /** The ear, if nothing is attached to the audio engine's listener yet. Defaults to the active camera, whichever it is. */
  readonly listener?: Node;
  /** Bus that voices go to, for a volume of their own. Defaults to the audio engine's main bus. */
  readonly outBus?: PrimaryAudioBus;
  /** How voices are heard in the world. Defaults to VOICE_SPATIAL_DEFAULTS. */
  readonly spatial?: VoiceSpatialOptions;
  /** More effects for `speak(..., { effect })`, beside radio, mask and cave. Defaults to none. */
  readonly effects?: Readonly<Record<string, VoiceEffect>>;
  /** Address of a file with PCM_PLAYER_SOURCE, for pages that forbid `blob:` scripts. Defaults to a Blob URL. */
  readonly workletUrl?: string;
  /** Bytes of lines kept on the player's disk; 0 keeps none. Unused when `cache` is given. Defaults to 64 MiB. */
  readonly lineStoreBytes?: number;
  /** Defaults to the page's cache (`createWeightsCache()`). */
  readonly weightsCache?: WeightsCache;
  /** Told while weights are loaded and kernels compiled. */
  readonly onProgress?: (progress: VoicePluginProgress) => void;
  /** Gives up loading. */
  readonly signal?: AbortSignal;
}

/** As `VoicePluginOptions` says. */
export const VOICE_PLUGIN_DEFAULTS = {
  backend: "auto",
  threads: 1,
  speakers: 16,
  slots: 8,
  lineStoreBytes: 64 * 2 ** 20,
} as const;
