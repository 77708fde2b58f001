/** With whose voice, and from what, a line is spoken. */
import type { EntityId } from "bitecs";
import type { Adapter } from "../runtime/backend.ts";
import type { SpeechVoice } from "../runtime/speech/speech-options.ts";
import { AdapterError } from "../runtime/errors.ts";
import type { Manifest } from "../runtime/manifest.ts";
import { SPEED_MAX, SPEED_MIN } from "../runtime/speech/time-stretch.ts";
import type { UserLexicon } from "../runtime/text/lexicon.ts";
import { fnv1a32 } from "../runtime/voice/line-stream.ts";
import { seedOf, VOICE_DEFAULTS, VoiceComponent } from "./components.ts";
import type { SoundVoice } from "./voice-sounds.ts";

/** A voice learned from a recording: its speaker latent [S], its adapter, or both. */
export interface LearnedVoice {
  readonly latent?: Float32Array;
  readonly adapter?: Adapter;
}

/** The voice of an entity at this moment. */
export interface EntityVoice extends SoundVoice {
  readonly speed: number;
}

/**
 * Reads VoiceComponent; values out of range, which a game may write, are brought into it.
 * @throws AdapterError when it names a learned voice that is not there
 */
export function entityVoice(
  eid: EntityId,
  adapters: ReadonlyMap<string, LearnedVoice>,
  manifest: Manifest,
): EntityVoice {
  const seed = seedOf(eid);
  const name = VoiceComponent.adapter[eid] ?? "";
  const learned = name === "" ? undefined : adapters.get(name);
  if (name !== "" && learned === undefined) {
    throw new AdapterError(
      `Entity ${eid} speaks with the learned voice "${name}", which is not loaded. Loaded: ` +
        `${[...adapters.keys()].join(", ") || "none"}. Load it, or set VoiceComponent.adapter to "".`,
    );
  }
  const voice: SpeechVoice = learned?.latent === undefined ? { seed } : { seed, latent: learned.latent };
  return {
    key: shortKey([weightsOf(manifest), String(seed.lo), String(seed.hi), name]),
    voice,
    adapter: learned?.adapter,
    speed: speedOf(eid),
  };
}

export function speedOf(eid: EntityId): number {
  return clamp(VoiceComponent.speed[eid], SPEED_MIN, SPEED_MAX, VOICE_DEFAULTS.speed);
}

export function gainOf(eid: EntityId): number {
  return clamp(VoiceComponent.gain[eid], 0, Number.MAX_VALUE, VOICE_DEFAULTS.gain);
}

export function importanceOf(eid: EntityId): number {
  return clamp(VoiceComponent.importance[eid], 0, 255, VOICE_DEFAULTS.importance);
}

function clamp(value: number | undefined, least: number, most: number, otherwise: number): number {
  if (value === undefined || Number.isNaN(value)) return otherwise;
  return Math.min(most, Math.max(least, value));
}

/** Other weights speak otherwise, under the same name too. */
function weightsOf({ name, files }: Manifest): string {
  return `${name} ${files["language-model.safetensors"]?.sha256 ?? ""} ${files["decoder.safetensors"]?.sha256 ?? ""}`;
}

/** All that a line sounds by. */
export interface LineManner {
  readonly text: string;
  readonly take: number;
  readonly temperature: number | undefined;
  readonly lexicon: UserLexicon;
}

/** Names a line in a cache. */
export function lineKey(voice: EntityVoice, { text, take, temperature, lexicon }: LineManner): string {
  const manner = [take, temperature ?? "", voice.speed].map(String);
  return `line:${shortKey([voice.key, text, ...manner, JSON.stringify(lexicon)])}`;
}

/** 128 bits of hash as hexadecimal text: four differently salted FNV-1a over the parts. */
function shortKey(parts: readonly string[]): string {
  const whole = JSON.stringify(parts);
  return [0, 1, 2, 3].map((salt) => fnv1a32(`${salt}${whole}`).toString(16).padStart(8, "0")).join("");
}
