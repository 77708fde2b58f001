/**
 * Trying voices on an entity of the game: what is chosen is written into its VoiceComponent, and lines are spoken by the
 * game's own `speak`. A component holds a seed and nothing else, so a wished trait looks for a seed that has it.
 */
import { addComponent, hasComponent, set, type EntityId } from "bitecs";
import type { Manifest, TraitName } from "../../runtime/manifest.ts";
import { candidateSeed, findSeed } from "../../runtime/voice/find-seed.ts";
import type { SeedLike } from "../../runtime/voice/seed.ts";
import { describeVoice, type VoiceDescription } from "../../runtime/voice/traits.ts";
import { hexOf, recordVoice, type VoiceRecord } from "../../runtime/voice/voice-record.ts";
import type { TraitWish, VoiceWish } from "../../runtime/voice/voice-wish.ts";
import { seedOf, VoiceComponent, type VoiceData } from "../components.ts";
import { gainOf, speedOf } from "../line-voice.ts";
import type { VoiceLine } from "../voice-line.ts";
import type { Voices } from "../voices.ts";
import { VOICE_PREVIEW_DEFAULTS } from "./voice-preview.ts";

export interface EntityVoiceOptions {
  readonly voices: Pick<Voices, "world" | "speak">;
  readonly manifest: Manifest;
  readonly eid: EntityId;
  /** Told at every change, to write it where it is kept. Defaults to nothing. */
  readonly onChange?: (record: VoiceRecord) => void;
}

export interface EntityVoice {
  /** What `speak` says. */
  text: string;
  /** A locked voice keeps its seed: what would change it returns false. */
  locked: boolean;
  /** As `0x` hexadecimal. */
  readonly seedText: string;
  readonly description: VoiceDescription;
  readonly record: VoiceRecord;
  readonly speed: number;
  readonly gain: number;
  /** @throws RangeError for a seed that is none */
  setSeed(seed: SeedLike): boolean;
  /** The next seed of a sequence that does not end. */
  nextSeed(): boolean;
  /**
   * A seed that has the trait, and those wished for before; false also when there was none and it is the nearest.
   * @throws RangeError for a word or value the trait has not
   */
  wish<T extends TraitName>(trait: T, value: TraitWish<T>): boolean;
  /** @throws RangeError for a value out of range */
  set(data: Pick<VoiceData, "speed" | "gain">): void;
  speak(): VoiceLine;
}

const NEXT_SEED_STREAM = 0x9e78;

/** Gives the entity a VoiceComponent if it has none. */
export function createEntityVoice({ voices, manifest, eid, onChange }: EntityVoiceOptions): EntityVoice {
  const { world } = voices;
  const { speaker } = manifest;
  let wished: VoiceWish = {};
  const record = () => recordVoice({ seed: seedOf(eid) }, speaker);
  const write = (data: VoiceData) => {
    addComponent(world, eid, set(VoiceComponent, data));
    onChange?.(record());
  };
  if (!hasComponent(world, eid, VoiceComponent)) addComponent(world, eid, VoiceComponent);
  let locked = false;
  const choose = (seed: SeedLike) => {
    if (locked) return false;
    wished = {};
    write({ seed });
    return true;
  };
  return {
    text: VOICE_PREVIEW_DEFAULTS.text,
    get locked() {
      return locked;
    },
    set locked(next) {
      locked = next;
    },
    get seedText() {
      return hexOf(seedOf(eid));
    },
    get description() {
      return describeVoice(seedOf(eid), speaker);
    },
    get record() {
      return record();
    },
    get speed() {
      return speedOf(eid);
    },
    get gain() {
      return gainOf(eid);
    },
    setSeed: choose,
    nextSeed: () => choose(candidateSeed(seedOf(eid), NEXT_SEED_STREAM, 0)),
    wish(trait, value) {
      if (locked) return false;
      const wish = { ...wished, [trait]: value };
      const { seed, fits } = findSeed(wish, seedOf(eid), speaker);
      write({ seed });
      wished = wish;
      return fits;
    },
    set: write,
    speak() {
      return voices.speak(eid, this.text, { policy: "cut" });
    },
  };
}
