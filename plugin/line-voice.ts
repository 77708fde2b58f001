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
  /** `ownerKey` of it, with which `key` begins. */
  readonly owner: string;
  /** What it was learned as; undefined for the voice of a seed. */
  readonly learned: LearnedVoice | undefined;
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
  const owner = ownerKey(name);
  const identity = [weightsOf(manifest), String(seed.lo), String(seed.hi), fingerprintOf(learned)];
  return {
    key: `${owner}${shortKey(identity)}`,
    owner,
    voice,
    adapter: learned?.adapter,
    speed: speedOf(eid),
    learned,
  };
}

/** Part of the keys of everything that a learned voice has spoken, whatever the seed. */
export function ownerKey(name: string): string {
  return `${shortKey([name]).slice(0, 16)}.`;
}

const fingerprints = new WeakMap<LearnedVoice, string>();

/** Tells voices apart that were learned under the same name. */
function fingerprintOf(learned: LearnedVoice | undefined): string {
  if (learned === undefined) return "";
  const known = fingerprints.get(learned);
  if (known !== undefined) return known;
  const { latent, adapter } = learned;
  const tensors = [latent, adapter?.attentionA, adapter?.attentionB, adapter?.headA, adapter?.headB];
  const made = tensors.map((tensor) => (tensor ? hexadecimal(hashOf(tensor)) : "")).join();
  fingerprints.set(learned, made);
  return made;
}

/** FNV-1a over whole numbers instead of bytes. */
function hashOf({ buffer, byteOffset, length }: Float32Array): number {
  const words = new Uint32Array(buffer, byteOffset, length);
  return words.reduce((hash, word) => Math.imul(hash ^ word ^ (word >>> 15), 0x01000193), 0x811c9dc5) >>> 0;
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
  readonly style: string | undefined;
  readonly intensity: number | undefined;
  readonly lexicon: UserLexicon;
}

/** Names a line in a cache. */
export function lineKey(voice: EntityVoice, line: LineManner): string {
  const { text, take, temperature, style, intensity, lexicon } = line;
  const manner = [take, temperature ?? "", voice.speed, style ?? "", intensity ?? ""].map(String);
  return `line:${voice.owner}${shortKey([voice.key, text, ...manner, JSON.stringify(lexicon)])}`;
}

/** 128 bits of hash as hexadecimal text: four differently salted FNV-1a over the parts. */
function shortKey(parts: readonly string[]): string {
  const whole = JSON.stringify(parts);
  return [0, 1, 2, 3].map((salt) => hexadecimal(fnv1a32(`${salt}${whole}`))).join("");
}

function hexadecimal(word: number): string {
  return word.toString(16).padStart(8, "0");
}
