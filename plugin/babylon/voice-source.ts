import type {
  AbstractSoundSource,
  ISoundSourceOptions,
} from "@babylonjs/core/AudioV2/abstractAudio/abstractSoundSource.js";
import type { PrimaryAudioBus } from "@babylonjs/core/AudioV2/abstractAudio/audioBus.js";
import { CreateSoundSourceAsync } from "@babylonjs/core/AudioV2/abstractAudio/audioEngineV2.js";
import type { ISpatialAudioOptions } from "@babylonjs/core/AudioV2/abstractAudio/subProperties/abstractSpatialAudio.js";
import type { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import type { PlayerOutlet } from "../audio/audio-output.ts";
import type { EffectChain, VoiceEffect } from "../audio/effects.ts";
import type { GameAudio } from "./audio-engine.ts";

/** How a voice is heard in the world, as Babylon names it without `spatial`. */
export type VoiceSpatialOptions = Partial<Omit<ISpatialAudioOptions, "spatialEnabled" | "spatialAutoUpdate">>;

export interface VoiceSourceOptions {
  readonly audio: GameAudio;
  readonly spatial: VoiceSpatialOptions;
  readonly outBus: PrimaryAudioBus | undefined;
  readonly effects: Readonly<Record<string, VoiceEffect>>;
  readonly mouthOf: (eid: number) => TransformNode | undefined;
  /** Hears of an effect that nobody knows. */
  readonly onError: (error: unknown) => void;
}

/** A pooled player's way through the world: effect, then a spatial sound source at the mouth of who speaks. */
export interface VoiceSource extends PlayerOutlet {
  /** Follows the mouth; called every frame. */
  update(): void;
}

/**
 * Babylon's own distance model lets a voice be heard everywhere: "linear" over 10,000 units, although its documentation
 * says "inverse". "HRTF" is not the default because in a left-handed scene Babylon 9.34 turns the listener's back to what
 * the camera sees: a voice ahead then sounds dull, as from behind (measured: 4 dB quieter). Left and right are as they
 * should be.
 */
export const VOICE_SPATIAL_DEFAULTS = {
  spatialPanningModel: "equalpower",
  spatialDistanceModel: "inverse",
  spatialMinDistance: 1.5,
  spatialRolloffFactor: 1.2,
  spatialConeInnerAngle: Math.PI,
  spatialConeOuterAngle: 2 * Math.PI,
  spatialConeOuterVolume: 0.6,
} as const satisfies VoiceSpatialOptions;

/**
 * Made round what Babylon 9.34 does: every source with automatic updates runs an animation-frame loop of its own, so they
 * are off and `update` is called; the analyser cannot be combined with spatial options, so there is none (the player
 * reports levels); subgraph changes and dispose disconnect all outputs of the source's node, so that node is a private
 * gain. Option getters do not tell what was set, so the settings are kept here.
 */
export async function createVoiceSource(
  player: AudioNode,
  index: number,
  options: VoiceSourceOptions,
): Promise<VoiceSource> {
  const { audio, effects, mouthOf, onError } = options;
  const settings = { ...VOICE_SPATIAL_DEFAULTS, ...options.spatial };
  const entry = new GainNode(audio.context);
  const source = await CreateSoundSourceAsync(
    `voice ${index}`,
    entry,
    sourceOptions(settings, options),
    audio.engine,
  );
  const chains = new Map<string, EffectChain>();
  let speaker: number | undefined;
  let mouth: TransformNode | undefined;
  place(source, undefined, settings);

  /** Chains stay connected when they are left, so that an echo rings out. */
  function inputFor(effect: string | undefined): AudioNode {
    const create = effect === undefined ? undefined : effects[effect];
    if (effect === undefined || create === undefined) {
      if (effect !== undefined) onError(unknownEffect(effect, effects));
      return entry;
    }
    const chain = chains.get(effect) ?? create(audio.context);
    if (!chains.has(effect)) chain.output.connect(entry);
    chains.set(effect, chain);
    return chain.input;
  }

  /** Between lines the place stays, for what rings out. */
  function update(): void {
    const next = speaker === undefined ? mouth : mouthOf(speaker);
    if (next !== mouth) place(source, next, settings);
    mouth = next;
    if (mouth?.isDisposed() === false) source.spatial.update();
  }

  return {
    enter(eid, { effect }) {
      player.disconnect();
      player.connect(inputFor(effect));
      speaker = eid;
      update();
    },
    leave() {
      speaker = undefined;
    },
    update,
    dispose() {
      source.dispose();
      entry.disconnect();
      for (const { output } of chains.values()) output.disconnect();
    },
  };
}

function sourceOptions(
  settings: VoiceSpatialOptions,
  { outBus }: VoiceSourceOptions,
): Partial<ISoundSourceOptions> {
  return { ...settings, spatialEnabled: true, spatialAutoUpdate: false, ...(outBus && { outBus }) };
}

/** Attaches a source to a mouth; without one it is heard everywhere, as a narrator is. */
function place(
  source: AbstractSoundSource,
  mouth: TransformNode | undefined,
  settings: VoiceSpatialOptions,
): void {
  const { spatial } = source;
  spatial.panningEnabled = mouth !== undefined && (settings.spatialPanningEnabled ?? true);
  spatial.rolloffFactor = mouth === undefined ? 0 : (settings.spatialRolloffFactor ?? 1);
  if (mouth === undefined) spatial.detach();
  else spatial.attach(mouth);
}

function unknownEffect(name: string, effects: VoiceSourceOptions["effects"]): RangeError {
  return new RangeError(
    `There is no voice effect "${name}"; allowed: ${Object.keys(effects).join(", ")}. The line is heard without.`,
  );
}
