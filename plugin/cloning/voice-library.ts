import type { Consent } from "../../runtime/adapt/consent.ts";
import type { LearnedVoiceFile } from "../../runtime/adapt/learn-voice.ts";
import { readVoiceFile, writeVoiceFile } from "../../runtime/adapt/voice-file.ts";
import { AdapterError, ConsentError } from "../../runtime/errors.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import type { LearnedVoices } from "../learned-voices.ts";
import { openFileStore, type FileStore } from "../storage/file-store.ts";
import { StorageError } from "../storage/storage-error.ts";

/** A voice that the player has on this machine. */
export interface LibraryEntry {
  /** For `VoiceComponent.adapter`; of a file that cannot be read, the file's. */
  readonly name: string;
  /** Whose voice it is, and that it may be used. Undefined when the file cannot be read. */
  readonly consent: Consent | undefined;
  /** False when it is gone with the page, because it could not be stored. */
  readonly stored: boolean;
  /** Why it cannot be spoken with: its file is damaged or was learned for another model. */
  readonly problem: string | undefined;
}

export interface AddedVoice {
  /** A number is added to a name that is taken. */
  readonly name: string;
  /** The voice can be used, but is gone with the page. */
  readonly problem: StorageError | undefined;
}

/** The learned voices on a player's machine. All that can be used are in `Voices.learned`, under the same names. */
export interface VoiceLibrary {
  list(): readonly LibraryEntry[];
  /** A voice that was learned here. */
  add(voice: LearnedVoiceFile): Promise<AddedVoice>;
  /**
   * A voice from the bytes of a `*.voice` file.
   * @throws AdapterError when they are damaged, not a voice, or of another model; ConsentError when they hold no consent
   */
  import(bytes: Uint8Array): Promise<AddedVoice>;
  /**
   * The bytes of a `*.voice` file.
   * @throws RangeError when there is none of that name
   */
  export(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * @throws RangeError when there is none of that name, or the new one is empty or taken
   * @throws StorageError when it cannot be stored; the voice keeps its name then
   */
  rename(from: string, to: string): Promise<void>;
  /** Deletes the voice and what it has spoken from the line cache. */
  delete(name: string): Promise<void>;
}

export interface VoiceLibraryOptions {
  readonly voices: { readonly learned: LearnedVoices };
  readonly manifest: Manifest;
  /** Defaults to the page's own; where it allows none, voices last as long as the page. */
  readonly store?: FileStore;
}

interface Kept {
  /** Of its file. */
  readonly file: string;
  readonly voice: LearnedVoiceFile | undefined;
  readonly stored: boolean;
  readonly problem: string | undefined;
}

const FOLDER = "voices";

/** Opens the voices of the player and makes them known to the game. */
export async function openVoiceLibrary({
  voices: { learned },
  manifest,
  store: given,
}: VoiceLibraryOptions): Promise<VoiceLibrary> {
  const store = given ?? (await openFileStore(FOLDER).catch(noStore));
  const kept = new Map<string, Kept>(); // by name
  for (const file of await store.list()) {
    const bytes = await store.read(file);
    if (bytes === undefined) continue; // another tab has deleted it
    const { voice, problem } = readKept(bytes, manifest);
    const name = freeName(voice?.name ?? file, kept);
    kept.set(name, { file, voice, stored: true, problem });
    if (voice !== undefined) learned.set(name, voice);
  }

  function find(name: string): Kept {
    const found = kept.get(name);
    if (found !== undefined) return found;
    throw new RangeError(
      `There is no learned voice "${name}". There are: ${[...kept.keys()].join(", ") || "none"}.`,
    );
  }

  async function add(learnt: LearnedVoiceFile): Promise<AddedVoice> {
    const name = freeName(learnt.name, kept);
    const voice = { ...learnt, name };
    const file = `${crypto.randomUUID()}.voice`;
    kept.set(name, { file, voice, stored: false, problem: undefined });
    learned.set(name, voice);
    try {
      await store.write(file, writeVoiceFile(voice));
    } catch (error) {
      if (error instanceof StorageError) return { name, problem: error };
      throw error;
    }
    kept.set(name, { file, voice, stored: true, problem: undefined });
    return { name, problem: undefined };
  }

  return {
    list: () =>
      [...kept].map(([name, { voice, stored, problem }]) => ({
        name,
        consent: voice?.consent,
        stored,
        problem,
      })),
    add,
    import: async (bytes) => add(readVoiceFile(bytes, manifest)),
    async export(name) {
      const { file, voice } = find(name);
      const bytes = voice === undefined ? await store.read(file) : writeVoiceFile(voice);
      return bytes ?? new Uint8Array(0);
    },
    async rename(from, to) {
      const { file, voice, stored } = find(from);
      if (voice === undefined || to === "" || kept.has(to)) {
        const reason = voice === undefined ? "its file cannot be read" : `"${to}" is empty or taken`;
        throw new RangeError(`The voice "${from}" cannot be renamed: ${reason}. Choose another name.`);
      }
      const renamed = { ...voice, name: to };
      if (stored) await store.write(file, writeVoiceFile(renamed));
      kept.delete(from);
      kept.set(to, { file, voice: renamed, stored, problem: undefined });
      await learned.rename(from, to);
    },
    async delete(name) {
      const found = kept.get(name);
      if (found === undefined) return;
      await learned.delete(name); // the file goes last: until then the voice can be seen, and deleted again
      await store.delete(found.file);
      kept.delete(name);
    },
  };
}

function readKept(bytes: Uint8Array, manifest: Manifest): Pick<Kept, "voice" | "problem"> {
  try {
    return { voice: readVoiceFile(bytes, manifest), problem: undefined };
  } catch (error) {
    if (!(error instanceof AdapterError || error instanceof ConsentError)) throw error;
    return { voice: undefined, problem: error.message };
  }
}

/** The name, or "name 2", "name 3", ... when it is taken. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name} ${number}`)) return `${name} ${number}`;
}

/** Of a page that may not store anything. */
function noStore(reason: unknown): FileStore {
  return {
    list: async () => [],
    read: async () => undefined,
    write: () => Promise.reject(reason),
    delete: async () => undefined,
  };
}
