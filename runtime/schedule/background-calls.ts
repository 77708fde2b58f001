/**
 * Calls that no line waits for: to encode a recording, to train a step. They are done one at a time, and begun only when
 * the scheduler says so. Each is complete in itself, so one that a backend failed is done again by the next.
 */
import type { SpeechBackend } from "../backend.ts";
import { BackendError } from "../errors.ts";
import type { SchedulePolicy } from "./policy.ts";
import type { Stranded } from "./scheduled-call.ts";

/** What is to be done with whichever backend there is. */
export type BackgroundWork<T> = (backend: SpeechBackend) => Promise<T>;

export interface BackgroundCalls {
  /** Rejects with the signal's reason as soon as it aborts; a call under way is then no longer waited for. */
  ask<T>(work: BackgroundWork<T>, signal: AbortSignal): Promise<T>;
  /** Begins the oldest call, unless one is under way. */
  begin(backend: SpeechBackend): void;
  /** What the last call took; Infinity before the first. */
  readonly lastMs: number;
  /** Brings the time, and rejects what has waited too long for a backend that works. */
  frame(nowMs: number): void;
  /** There is another backend: what the old one was doing begins anew. */
  restart(): void;
  /** Rejects all calls. */
  dispose(reason: Error): void;
}

interface BackgroundCall {
  readonly work: BackgroundWork<unknown>;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  stranded: Stranded | undefined;
}

export function createBackgroundCalls({ recoveryMs, retryMs }: SchedulePolicy): BackgroundCalls {
  const calls = new Set<BackgroundCall>(); // the oldest first, the one under way included
  let flight: { readonly sinceMs: number } | undefined;
  let nowMs = 0;
  let lastMs = Infinity;

  function failed(call: BackgroundCall, error: unknown): void {
    if (error instanceof BackendError && calls.has(call)) {
      const { sinceMs = nowMs } = call.stranded ?? {};
      call.stranded = { sinceMs, error, retryAtMs: nowMs + retryMs };
    } else if (calls.delete(call)) call.reject(error);
  }

  return {
    ask: <T>(work: BackgroundWork<T>, signal: AbortSignal) =>
      new Promise<T>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const abort = () => {
          if (calls.delete(call)) reject(signal.reason as Error);
        };
        const ended =
          <A>(settle: (with_: A) => void) =>
          (value: A) => {
            signal.removeEventListener("abort", abort);
            settle(value);
          };
        const call: BackgroundCall = {
          work,
          resolve: ended((value) => resolve(value as T)),
          reject: ended(reject),
          stranded: undefined,
        };
        signal.addEventListener("abort", abort, { once: true });
        calls.add(call);
      }),
    begin(backend) {
      const [call] = calls;
      if (flight !== undefined || call === undefined || nowMs < (call.stranded?.retryAtMs ?? 0)) return;
      const mine = { sinceMs: nowMs };
      flight = mine;
      // A flight that is no longer the present one belonged to a backend that was replaced.
      const land = (settle: () => void) => {
        if (flight !== mine) return;
        flight = undefined;
        settle();
      };
      call.work(backend).then(
        (value) =>
          land(() => {
            lastMs = nowMs - mine.sinceMs;
            if (calls.delete(call)) call.resolve(value);
          }),
        (error: unknown) => land(() => failed(call, error)),
      );
    },
    get lastMs() {
      return lastMs;
    },
    frame(now) {
      nowMs = now;
      for (const call of Array.from(calls)) {
        const { stranded } = call;
        if (stranded === undefined || nowMs - stranded.sinceMs < recoveryMs) continue;
        calls.delete(call);
        call.reject(stranded.error);
      }
    },
    restart() {
      flight = undefined;
      for (const call of calls) call.stranded = undefined;
    },
    dispose(reason) {
      for (const call of Array.from(calls)) {
        calls.delete(call);
        call.reject(reason);
      }
    },
  };
}
