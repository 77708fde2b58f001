import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { driveFrames } from "../../../plugin/babylon/frame-driver.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** An engine whose frames are drawn by hand. */
function createEngine() {
  const listeners = new Set<() => void>();
  return {
    onEndFrameObservable: {
      add: (listener: () => void) => {
        listeners.add(listener);
        return listener;
      },
      remove: (listener: () => void) => listeners.delete(listener),
    },
    getDeltaTime: () => 17,
    draw: () => listeners.forEach((listener) => listener()),
    listeners,
  };
}

it("updates after each frame, by a timer while there are none, and not at all after its end", () => {
  const engine = createEngine();
  const frames: (number | undefined)[] = [];
  const end = driveFrames(engine, (_, frameMs) => frames.push(frameMs));
  for (let i = 0; i < 10; i += 1) {
    vi.advanceTimersByTime(17);
    engine.draw();
  }
  expect(frames).toEqual(Array.from({ length: 10 }, () => 17));
  vi.advanceTimersByTime(1000); // the tab is hidden
  const hidden = frames.slice(10);
  expect(hidden.length).toBeGreaterThan(5);
  expect(hidden.every((frameMs) => frameMs === undefined)).toBe(true);
  engine.draw();
  vi.advanceTimersByTime(200);
  expect(frames.slice(10 + hidden.length)).toEqual([17]);
  end();
  vi.advanceTimersByTime(5000);
  expect(frames.length).toBe(11 + hidden.length);
  expect(engine.listeners.size).toBe(0);
});
