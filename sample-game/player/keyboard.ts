import { STANDING, type Intent } from "./intent.ts";

const KEYS: Readonly<Record<string, readonly [ahead: number, aside: number]>> = {
  KeyW: [1, 0],
  ArrowUp: [1, 0],
  KeyS: [-1, 0],
  ArrowDown: [-1, 0],
  KeyA: [0, -1],
  ArrowLeft: [0, -1],
  KeyD: [0, 1],
  ArrowRight: [0, 1],
};

export interface Keyboard {
  readonly intent: Intent;
  dispose(): void;
}

/** Walking by W A S D or arrows, Shift to hurry; not while somebody types. */
export function createKeyboard(target: Window): Keyboard {
  const held = new Set<string>();
  const undo = new AbortController();
  const { signal } = undo;
  target.addEventListener(
    "keydown",
    (event) => {
      if (event.target instanceof HTMLElement && event.target.matches("input, textarea, select")) return;
      held.add(event.code);
      if (event.code in KEYS) event.preventDefault();
    },
    { signal },
  );
  target.addEventListener("keyup", ({ code }) => held.delete(code), { signal });
  target.addEventListener("blur", () => held.clear(), { signal });
  return {
    get intent() {
      const moves = [...held].flatMap((code) => (KEYS[code] ? [KEYS[code]] : []));
      if (moves.length === 0) return STANDING;
      const sum = (index: 0 | 1) =>
        Math.max(
          -1,
          Math.min(
            1,
            moves.reduce((total, move) => total + move[index], 0),
          ),
        );
      return { ahead: sum(0), aside: sum(1), hurry: held.has("ShiftLeft") || held.has("ShiftRight") };
    },
    dispose: () => undo.abort(),
  };
}
