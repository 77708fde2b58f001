import { readLearnState, writeLearnState, type LearnState } from "../../runtime/adapt/learn-state.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import { openFileStore, type FileStore } from "../storage/file-store.ts";

/** A voice whose learning was cut off. */
export interface UnfinishedVoice {
  readonly name: string;
  readonly step: number;
  readonly steps: number;
}

/** Keeps how far learning has come, for the case that the page is closed meanwhile. At most one voice. */
export interface UnfinishedVoices {
  find(): Promise<LearnState | undefined>;
  /** Stores the state when the one before is stored; those that come meanwhile are left out but for the last. */
  keep(state: LearnState): void;
  /** Resolves when nothing is left. */
  discard(): Promise<void>;
}

const FOLDER = "unfinished-voice";
const FILE = "state";

/**
 * Where the browser stores nothing, learning cannot be taken up again.
 * @param onProblem hears why a state could not be stored
 */
export async function openUnfinishedVoices(
  manifest: Manifest,
  onProblem: (error: unknown) => void,
  given?: FileStore,
): Promise<UnfinishedVoices> {
  const store = given ?? (await openFileStore(FOLDER).catch(() => undefined));
  if (store === undefined) {
    return { find: async () => undefined, keep: () => undefined, discard: async () => undefined };
  }
  return unfinishedIn(store, manifest, onProblem);
}

function unfinishedIn(
  store: FileStore,
  manifest: Manifest,
  onProblem: (error: unknown) => void,
): UnfinishedVoices {
  let next: LearnState | undefined;
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    try {
      while (next !== undefined) {
        const state = next;
        next = undefined;
        await store.write(FILE, writeLearnState(state));
      }
    } catch (error) {
      onProblem(error);
    }
    writing = undefined;
  }

  return {
    async find() {
      await writing;
      const bytes = await store.read(FILE);
      if (bytes === undefined) return undefined;
      try {
        return readLearnState(bytes, manifest);
      } catch {
        await store.delete(FILE); // damaged or of another model: nothing can go on from it
        return undefined;
      }
    },
    keep(state) {
      next = state;
      writing ??= writeAll();
    },
    async discard() {
      next = undefined;
      await writing;
      await store.delete(FILE);
    },
  };
}
