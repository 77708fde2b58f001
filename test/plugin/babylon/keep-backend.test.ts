import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChosenBackend } from "../../../plugin/babylon/choose-backend.ts";
import { keepBackend } from "../../../plugin/babylon/keep-backend.ts";
import type { SpeechBackend } from "../../../runtime/backend.ts";
import { BackendError } from "../../../runtime/errors.ts";
import type { Weights } from "../../../runtime/weights.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => void (resolve = settle));
  return { promise, resolve };
}

function createChosen(kind: ChosenBackend["kind"], label: string) {
  const { promise: lost, resolve: lose } = deferred<string>();
  const backend = { label } as unknown as SpeechBackend;
  return { backend, kind, label, lost, lose, weights: {} as Weights, dispose: vi.fn<() => void>() };
}

/** An engine that restores its context when told. */
function createEngine() {
  let restored = () => {};
  const onContextRestoredObservable = {
    addOnce: (listener: () => void) => void (restored = listener),
    remove: () => undefined,
  };
  return { engine: { onContextRestoredObservable } as unknown as AbstractEngine, restore: () => restored() };
}

function keep(first: ChosenBackend, start: () => Promise<ChosenBackend>) {
  const { engine, restore } = createEngine();
  const used: { backend: SpeechBackend; label: string }[] = [];
  const errors: unknown[] = [];
  const end = keepBackend(first, {
    engine,
    start,
    use: (backend, label) => used.push({ backend, label }),
    onError: (error) => errors.push(error),
  });
  return { end, restore, used, errors, labels: () => used.map(({ label }) => label) };
}

describe("keepBackend", () => {
  it("lets lines wait, starts on the restored device, and ends the old backend", async () => {
    const first = createChosen("webgpu", "first");
    const second = createChosen("webgpu", "second");
    const start = vi.fn(async () => second);
    const kept = keep(first, start);
    first.lose("destroyed");
    await vi.advanceTimersByTimeAsync(100);
    expect(kept.labels()).toEqual(["restarting"]);
    const call = vi.fn();
    void kept.used[0]!.backend.advance([1], 1).then(call, call);
    expect(start).not.toHaveBeenCalled();
    kept.restore();
    await vi.advanceTimersByTimeAsync(0);
    expect(kept.labels()).toEqual(["restarting", "second"]);
    expect(first.dispose).toHaveBeenCalledOnce();
    expect(call).not.toHaveBeenCalled();
    kept.end();
    expect(second.dispose).toHaveBeenCalledOnce();
  });

  it("starts all the same when no device comes back", async () => {
    const first = createChosen("webgpu", "first");
    const kept = keep(first, async () => createChosen("worker", "worker"));
    first.lose("gone");
    await vi.advanceTimersByTimeAsync(4000);
    expect(kept.labels()).toEqual(["restarting", "worker"]);
  });

  it("tells when there is no new one; lines that wait fail with the same error", async () => {
    const first = createChosen("worker", "first");
    const kept = keep(first, () => Promise.reject(new BackendError("no memory")));
    first.lose("crash");
    await vi.advanceTimersByTimeAsync(0);
    expect(kept.errors.map(String)).toEqual(["BackendError: no memory"]);
    await expect(kept.used[0]!.backend.openSentence({} as never)).rejects.toThrow("no memory");
  });

  it("gives up on one that breaks down again and again", async () => {
    const made = Array.from({ length: 5 }, (_, i) => createChosen("worker", `${i}`));
    let next = 1;
    const kept = keep(made[0]!, async () => made[next++]!);
    for (const each of made) {
      each.lose("crash");
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(next).toBe(4);
    expect(kept.errors.map(String)).toEqual([
      expect.stringContaining("broke down 4 times, last because crash"),
    ]);
  });

  it("does nothing after its end, and ends what was just being started", async () => {
    const first = createChosen("worker", "first");
    const second = createChosen("worker", "second");
    const { promise, resolve } = deferred<ChosenBackend>();
    const kept = keep(first, () => promise);
    first.lose("crash");
    await vi.advanceTimersByTimeAsync(0);
    kept.end();
    resolve(second);
    await vi.advanceTimersByTimeAsync(0);
    expect(second.dispose).toHaveBeenCalledOnce();
    expect([kept.labels(), kept.errors]).toEqual([["restarting"], []]);
  });
});
