import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import type { SpeechBackend } from "../../runtime/backend.ts";
import { BackendError } from "../../runtime/errors.ts";
import type { ChosenBackend } from "./choose-backend.ts";
import { createWaitingBackend } from "./waiting-backend.ts";

/** How long Babylon may take to restore its device before the backend starts without it. */
const RESTORE_MS = 3000;

/** A backend that breaks down more often is left alone: it would only break down again. */
const MOST_RESTARTS = 3;

export interface KeepOptions {
  readonly engine: AbstractEngine;
  /** Begins a backend on the engine as it is then. */
  readonly start: () => Promise<ChosenBackend>;
  /** Hears what to use from now on: one that waits, then the new one. The old one is disposed after. */
  readonly use: (backend: SpeechBackend, label: string) => void;
  /** Hears why there is no new one; lines then fail with the same error. */
  readonly onError: (error: unknown) => void;
}

/**
 * Starts a new backend whenever the one in use breaks down. Babylon makes a new device by itself when one is lost; nothing
 * on the old one is restored, so weights are read again and everything is built anew. Returns what ends the backend.
 */
export function keepBackend(first: ChosenBackend, { engine, start, use, onError }: KeepOptions): () => void {
  let current = first;
  let restarts = 0;
  let disposed = false;

  async function startNext(reason: string): Promise<ChosenBackend> {
    restarts += 1;
    if (restarts > MOST_RESTARTS) {
      throw new BackendError(
        `The backend broke down ${restarts} times, last because ${reason}. Create a new plugin.`,
      );
    }
    if (current.kind === "webgpu") await contextRestored(engine);
    return start();
  }

  async function replace(reason: string): Promise<void> {
    if (disposed) return;
    const starting = startNext(reason);
    use(createWaitingBackend(starting), "restarting");
    const next = await starting;
    current.dispose();
    if (disposed) return next.dispose();
    current = next;
    use(next.backend, next.label);
    watch(next);
  }

  function watch({ lost }: ChosenBackend): void {
    void lost.then(replace).catch((error: unknown) => {
      if (!disposed) onError(error);
    });
  }

  watch(first);
  return () => {
    disposed = true;
    current.dispose();
  };
}

/** Resolves in any case: where no device comes back, the choice falls on what works without. */
function contextRestored(engine: AbstractEngine): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      engine.onContextRestoredObservable.remove(observer);
      resolve();
    };
    const observer = engine.onContextRestoredObservable.addOnce(finish);
    const timer = setTimeout(finish, RESTORE_MS);
  });
}
