/**
 * What an entity needs to have a voice: plain data, a save file's worth of it. `observeVoices` must run on a world before
 * voices are added to it (`createVoices` does so): in bitecs `set()` stores nothing by itself.
 *
 * ```ts
 * addComponent(world, eid, set(VoiceComponent, { seed: 42, speed: 1.1 }));
 * addComponent(world, other, VoiceComponent); // a random seed
 * ```
 */
import {
  addComponent,
  entityExists,
  getComponent,
  hasComponent,
  observe,
  onAdd,
  onGet,
  onSet,
  Prefab,
  query,
  type EntityId,
  type World,
} from "bitecs";
import { f32, str, u32, u8 } from "bitecs/serialization";
import { SPEED_MAX, SPEED_MIN } from "../runtime/speech/time-stretch.ts";
import { pcg4d } from "../runtime/voice/gaussian.ts";
import { parseSeed, type Seed, type SeedLike } from "../runtime/voice/seed.ts";

/** Version of the fields of VoiceComponent and their order, for save files. */
export const VOICE_COMPONENT_VERSION = 1;

/** A voice, as structure of arrays: value of entity e at index e. Plain arrays, since versioned ids overflow typed ones. */
export const VoiceComponent = {
  /** Lower and upper half of the seed, u32: the whole identity of the voice. */
  seedLo: u32([]),
  seedHi: u32([]),
  /** Name of a learned voice in `VoicesOptions.adapters`; "" for none. */
  adapter: str([]),
  /** 0.5 to 2; 1 is as the voice speaks. */
  speed: f32([]),
  /** Linear, at least 0. */
  gain: f32([]),
  /** 0 to 255; each step counts as half the distance when voices compete. */
  importance: u8([]),
};

/** Tag: a line of the entity is being computed or heard. Set by the systems; not for save files. */
export const Speaking = {};

/** Tag: lines of the entity wait. Set by the systems; not for save files. */
export const Queued = {};

/** What `set(VoiceComponent, ...)` takes; what is left out keeps its value, or gets its default. */
export interface VoiceData {
  /** Both halves at once. Defaults to a random seed. */
  readonly seed?: SeedLike;
  readonly seedLo?: number;
  readonly seedHi?: number;
  readonly adapter?: string;
  readonly speed?: number;
  readonly gain?: number;
  readonly importance?: number;
}

export const VOICE_DEFAULTS: Required<Omit<VoiceData, "seed" | "seedLo" | "seedHi">> = {
  adapter: "",
  speed: 1,
  gain: 1,
  importance: 0,
};

const observed = new WeakMap<World, { users: number; readonly unobserve: () => void }>();

/**
 * Makes `set(VoiceComponent, ...)` store its data in this world and gives plain additions their defaults. Instances of a
 * prefab inherit everything but the seed. Returns what undoes it; may be called more than once.
 */
export function observeVoices(world: World): () => void {
  const entry = observed.get(world) ?? { users: 0, unobserve: attachObservers(world) };
  observed.set(world, entry);
  entry.users++;
  return () => {
    if (--entry.users > 0) return;
    entry.unobserve();
    observed.delete(world);
  };
}

function attachObservers(world: World): () => void {
  const isPrefab = (eid: EntityId) => hasComponent(world, eid, Prefab);
  const detach = [
    observe(world, onAdd(VoiceComponent), (eid: EntityId) => store(eid, freshVoice())),
    // Prefabs fire no onAdd, so theirs may hold what an entity of the same id left behind.
    observe(world, onSet(VoiceComponent), (eid: EntityId, data: VoiceData) =>
      store(eid, isPrefab(eid) ? { ...freshVoice(), ...halves(data) } : halves(data)),
    ),
    observe(world, onGet(VoiceComponent), (eid: EntityId) => (isPrefab(eid) ? traitsOf(eid) : voiceOf(eid))),
  ];
  return () => detach.forEach((undo) => undo());
}

type StoredVoice = Omit<VoiceData, "seed">;

function freshVoice(): StoredVoice {
  const [seedLo = 0, seedHi = 0] = crypto.getRandomValues(new Uint32Array(2));
  return { seedLo, seedHi, ...VOICE_DEFAULTS };
}

/** @throws RangeError for a seed that is none, or a value out of range */
function halves({ seed, ...rest }: VoiceData): StoredVoice {
  refuseOutOfRange(rest);
  if (seed === undefined) return rest;
  const { lo, hi } = parseSeed(seed);
  return { ...rest, seedLo: lo, seedHi: hi };
}

function refuseOutOfRange({ speed = 1, gain = 1, importance = 0 }: VoiceData): void {
  const bad = [
    [!(speed >= SPEED_MIN && speed <= SPEED_MAX), `speed is ${speed}; allowed: ${SPEED_MIN} to ${SPEED_MAX}`],
    [!(gain >= 0 && gain < Infinity), `gain is ${gain}; allowed: a number of at least 0`],
    [importance !== (importance & 0xff), `importance is ${importance}; allowed: a whole number to 255`],
  ].find(([isBad]) => isBad);
  if (bad !== undefined) throw new RangeError(`VoiceComponent: ${bad[1]}. Correct the value.`);
}

function store(eid: EntityId, { seedLo, seedHi, adapter, speed, gain, importance }: StoredVoice): void {
  if (seedLo !== undefined) VoiceComponent.seedLo[eid] = seedLo;
  if (seedHi !== undefined) VoiceComponent.seedHi[eid] = seedHi;
  if (adapter !== undefined) VoiceComponent.adapter[eid] = adapter;
  if (speed !== undefined) VoiceComponent.speed[eid] = speed;
  if (gain !== undefined) VoiceComponent.gain[eid] = gain;
  if (importance !== undefined) VoiceComponent.importance[eid] = importance;
}

function traitsOf(eid: EntityId): StoredVoice {
  return {
    adapter: VoiceComponent.adapter[eid] ?? VOICE_DEFAULTS.adapter,
    speed: VoiceComponent.speed[eid] ?? VOICE_DEFAULTS.speed,
    gain: VoiceComponent.gain[eid] ?? VOICE_DEFAULTS.gain,
    importance: VoiceComponent.importance[eid] ?? VOICE_DEFAULTS.importance,
  };
}

function voiceOf(eid: EntityId): StoredVoice {
  return { ...traitsOf(eid), seedLo: seedOf(eid).lo, seedHi: seedOf(eid).hi };
}

/** The seed of an entity's voice. */
export function seedOf(eid: EntityId): Seed {
  return { lo: (VoiceComponent.seedLo[eid] ?? 0) >>> 0, hi: (VoiceComponent.seedHi[eid] ?? 0) >>> 0 };
}

/** True for a living entity that can be spoken with. */
export function hasVoice(world: World, eid: EntityId): boolean {
  return entityExists(world, eid) && hasComponent(world, eid, VoiceComponent);
}

/** Gives a copy of an entity a voice of its own: a seed made from its old one and its id, the same at every run. */
export function reseedClone(world: World, eid: EntityId): Seed {
  const { lo, hi } = seedOf(eid);
  const [seedLo, seedHi] = pcg4d(lo, hi, eid >>> 0, VOICE_COMPONENT_VERSION);
  if (!hasComponent(world, eid, VoiceComponent)) addComponent(world, eid, VoiceComponent);
  store(eid, { seedLo, seedHi });
  return { lo: seedLo, hi: seedHi };
}

/**
 * Run it after a snapshot was loaded: bitecs then fires no onSet, and a file of another hand may lack values or hold some
 * that are out of range. Those become defaults; a missing seed becomes a random one.
 */
export function reconcileVoices(world: World): void {
  for (const eid of query(world, [VoiceComponent])) {
    const { seedLo, seedHi } = freshVoice();
    const { speed, gain, importance, adapter } = traitsOf(eid);
    const hasSeed = isU32(VoiceComponent.seedLo[eid]) && isU32(VoiceComponent.seedHi[eid]);
    store(eid, {
      ...(!hasSeed && { seedLo, seedHi }),
      adapter: typeof adapter === "string" ? adapter : VOICE_DEFAULTS.adapter,
      speed: speed !== undefined && speed >= SPEED_MIN && speed <= SPEED_MAX ? speed : VOICE_DEFAULTS.speed,
      gain: gain !== undefined && gain >= 0 && gain < Infinity ? gain : VOICE_DEFAULTS.gain,
      importance: importance !== undefined ? importance & 0xff : VOICE_DEFAULTS.importance,
    });
  }
}

function isU32(value: number | undefined): boolean {
  return value !== undefined && value >>> 0 === value;
}

/** The voice of an entity as `set(VoiceComponent, ...)` takes it, with the seed in halves. */
export function readVoice(world: World, eid: EntityId): StoredVoice {
  return getComponent(world, eid, VoiceComponent) as StoredVoice;
}
