import type { AbstractSpatialAudioListener } from "@babylonjs/core/AudioV2/abstractAudio/subProperties/abstractSpatialAudioListener.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { createAudioOutput, type AudioOutput } from "../audio/audio-output.ts";
import { createVoiceSource, type VoiceSource, type VoiceSourceOptions } from "./voice-source.ts";

export interface BabylonOutputOptions extends VoiceSourceOptions {
  readonly sampleRateHz: number;
  readonly speakers: number;
  readonly workletUrl?: string;
}

export interface BabylonOutput extends AudioOutput {
  /** Lets all sources follow their mouths; called every frame. */
  update(): void;
}

/**
 * Speakers of the pool as Babylon sound sources.
 * @throws RangeError, DOMException as `createAudioOutput`
 */
export async function createBabylonOutput(options: BabylonOutputOptions): Promise<BabylonOutput> {
  const { audio, mouthOf, sampleRateHz, speakers, workletUrl } = options;
  const sources: VoiceSource[] = [];
  const ear = new Vector3();
  const distanceTo = (eid: number) => {
    const mouth = mouthOf(eid);
    if (mouth === undefined) return 0;
    return Vector3.Distance(earOf(audio.engine.listener, ear), mouth.getAbsolutePosition());
  };
  const output = await createAudioOutput({
    context: audio.context,
    sampleRateHz,
    speakers,
    ...(workletUrl !== undefined && { workletUrl }),
    distanceTo,
    isRunning: () => audio.engine.state === "running",
    async createOutlet(player, index) {
      const source = await createVoiceSource(player, index, options);
      sources.push(source);
      return source;
    },
  });
  return Object.assign(output, { update: () => sources.forEach((source) => source.update()) });
}

/** The listener's own position lags behind the node it is attached to by a frame, and is not set before the first. */
function earOf({ attachedNode, position }: AbstractSpatialAudioListener, ear: Vector3): Vector3 {
  if (attachedNode === null) return position;
  return attachedNode.getWorldMatrix().getTranslationToRef(ear);
}
