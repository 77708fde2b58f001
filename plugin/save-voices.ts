/**
 * The voices of a world as bytes, for a game whose own save does not include VoiceComponent. One that has a bitecs
 * snapshot of its own adds VoiceComponent to it and calls `reconcileVoices` after loading.
 */
import { query, type EntityId, type World } from "bitecs";
import { createSnapshotDeserializer, createSnapshotSerializer } from "bitecs/serialization";
import { reconcileVoices, VOICE_COMPONENT_VERSION, VoiceComponent } from "./components.ts";

/** "KVOI", then the version of VoiceComponent, both u32 big-endian; then the snapshot. */
const MAGIC = 0x4b564f49;
const HEADER_BYTES = 8;

/** bitecs would take 100 MB. */
const FIRST_BUFFER_BYTES = 64 * 1024;
const LARGEST_BUFFER_BYTES = 64 * 2 ** 20;

const SAVED = [VoiceComponent];

/** Lines being spoken are not part of it, and go on. Defaults to all entities with a voice. */
export function saveVoices(world: World, eids?: readonly EntityId[]): ArrayBuffer {
  const voices = [...query(world, SAVED)];
  const chosen = eids === undefined ? voices : voices.filter((eid) => eids.includes(eid));
  const snapshot = snapshotOf(world, chosen);
  const packet = new Uint8Array(HEADER_BYTES + snapshot.byteLength);
  const header = new DataView(packet.buffer);
  header.setUint32(0, MAGIC);
  header.setUint32(4, VOICE_COMPONENT_VERSION);
  packet.set(new Uint8Array(snapshot), HEADER_BYTES);
  return packet.buffer;
}

/** bitecs writes into a buffer of fixed size and throws RangeError at its end. */
function snapshotOf(world: World, eids: readonly EntityId[]): ArrayBuffer {
  for (let bytes = FIRST_BUFFER_BYTES; ; bytes *= 2) {
    try {
      return createSnapshotSerializer(world, SAVED, new ArrayBuffer(bytes))(eids);
    } catch (error) {
      if (!(error instanceof RangeError) || bytes >= LARGEST_BUFFER_BYTES) throw error;
    }
  }
}

/**
 * Adds saved voices to a world; `idMap` (saved id -> id here) says which entities get them, others are created.
 * @throws RangeError when the bytes are no save, damaged, or of another version
 */
export function loadVoices(
  world: World,
  packet: ArrayBuffer,
  idMap: Map<EntityId, EntityId> = new Map(),
): Map<EntityId, EntityId> {
  checkHeader(packet);
  const load = createSnapshotDeserializer(world, SAVED);
  const ids = load(packet.slice(HEADER_BYTES), idMap);
  reconcileVoices(world);
  return ids;
}

function checkHeader(packet: ArrayBuffer): void {
  const header = new DataView(packet);
  const isSave = packet.byteLength >= HEADER_BYTES && header.getUint32(0) === MAGIC;
  if (!isSave) {
    throw new RangeError(
      `These ${packet.byteLength} bytes are no save of voices. Allowed: what saveVoices gave. Check which file was read.`,
    );
  }
  const version = header.getUint32(4);
  if (version === VOICE_COMPONENT_VERSION) return;
  throw new RangeError(
    `The save of voices has version ${version}; allowed: ${VOICE_COMPONENT_VERSION}. Save again with this version.`,
  );
}
