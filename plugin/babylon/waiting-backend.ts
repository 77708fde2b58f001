import type { SpeechBackend } from "../../runtime/backend.ts";

/**
 * Stands in while a new backend starts, so that lines do not give up meanwhile: its calls never settle, and are left
 * behind when the new one takes over.
 * @param start rejects when there will be none; so does every call then
 */
export function createWaitingBackend(start: Promise<unknown>): SpeechBackend {
  const never = start.then(() => new Promise<never>(() => undefined));
  never.catch(() => undefined); // those who call hear of it
  const wait = () => never;
  return {
    openSentence: wait,
    advance: wait,
    decode: wait,
    encode: wait,
    embedSpeaker: wait,
    adapterGradient: wait,
    close: async () => undefined,
    dispose: async () => undefined,
  };
}
