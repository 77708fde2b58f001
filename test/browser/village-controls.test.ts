import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cdp, userEvent } from "vitest/browser";
import { STANDING } from "../../sample-game/player/intent.ts";
import { createKeyboard, type Keyboard } from "../../sample-game/player/keyboard.ts";
import { createPointer, type Pointer } from "../../sample-game/player/pointer.ts";
import { PATIENCE_MS } from "./patience.ts";

describe("the keyboard", () => {
  let keyboard: Keyboard;

  beforeEach(() => {
    keyboard = createKeyboard(window);
  });

  afterEach(() => keyboard.dispose());

  it("walks while a key is held, aslant with two, and faster with Shift", async () => {
    await userEvent.keyboard("{w>}");
    expect(keyboard.intent).toEqual({ ahead: 1, aside: 0, hurry: false });
    await userEvent.keyboard("{ArrowRight>}{Shift>}");
    expect(keyboard.intent).toEqual({ ahead: 1, aside: 1, hurry: true });
    await userEvent.keyboard("{/w}{/ArrowRight}{/Shift}");
    expect(keyboard.intent).toBe(STANDING);
  });

  it("leaves letters to whoever types them", async () => {
    const field = document.createElement("input");
    document.body.append(field);
    await userEvent.click(field);
    await userEvent.keyboard("was{d>}");
    expect(keyboard.intent).toBe(STANDING);
    await userEvent.keyboard("{/d}");
    expect(field.value).toBe("wasd");
    field.remove();
  });
});

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A place in this frame as the browser's input knows it. */
function onPage({ x, y }: Point): Point {
  const frame = window.frameElement!;
  const box = frame.getBoundingClientRect();
  const scale = box.width / frame.clientWidth;
  return { x: box.left + x * scale, y: box.top + y * scale };
}

type TouchKind = "touchStart" | "touchMove" | "touchEnd";

/** Real input of fingers: number i of `fingers` has id i. */
async function touch(type: TouchKind, ...fingers: Point[]): Promise<void> {
  const touchPoints = fingers.map((finger, id) => ({ ...onPage(finger), id }));
  await cdp().send("Input.dispatchTouchEvent", { type, touchPoints });
}

describe("the pointer", () => {
  const WIDTH = 300;
  const HEIGHT = 200;
  let canvas: HTMLCanvasElement;
  let stick: HTMLElement;
  let pointer: Pointer;

  beforeEach(() => {
    canvas = document.createElement("canvas");
    canvas.style.cssText = `position: fixed; inset: 0 auto auto 0; width: ${WIDTH}px; height: ${HEIGHT}px; touch-action: none`;
    stick = document.createElement("div");
    stick.hidden = true;
    document.body.append(canvas, stick);
    pointer = createPointer(canvas, stick);
  });

  afterEach(() => {
    pointer.dispose();
    canvas.remove();
    stick.remove();
  });

  it("walks by a thumb on the left until it is lifted", async () => {
    await touch("touchStart", { x: 60, y: 120 });
    expect(stick.hidden).toBe(false);
    await touch("touchMove", { x: 60, y: 20 });
    await vi.waitFor(() => expect(pointer.intent.ahead).toBeCloseTo(1, 1), PATIENCE_MS);
    expect(pointer.intent.aside).toBeCloseTo(0, 1);
    expect(pointer.intent.hurry).toBe(true);
    await touch("touchEnd");
    await vi.waitFor(() => expect(pointer.intent).toBe(STANDING), PATIENCE_MS);
    expect(stick.hidden).toBe(true);
  });

  it("looks by a finger on the right while the thumb walks", async () => {
    const thumb = { x: 60, y: 120 };
    await touch("touchStart", thumb, { x: 220, y: 100 });
    await touch("touchMove", { x: 100, y: 120 }, { x: 260, y: 90 });
    await vi.waitFor(() => expect(pointer.intent.aside).toBeGreaterThan(0.3), PATIENCE_MS);
    const { turn, tilt } = pointer.takeLook();
    expect(turn).toBeGreaterThan(0.05);
    expect(tilt).toBeLessThan(0);
    await touch("touchEnd");
  });

  it("looks by a dragged mouse and zooms by its wheel", async () => {
    const mouse = (type: string, at: Point, more: object = {}) =>
      cdp().send("Input.dispatchMouseEvent", { type, ...onPage(at), button: "left", ...more } as never);
    await mouse("mousePressed", { x: 50, y: 50 }, { clickCount: 1 });
    await mouse("mouseMoved", { x: 100, y: 50 }, { buttons: 1 });
    await mouse("mouseReleased", { x: 100, y: 50 }, { clickCount: 1 });
    await mouse("mouseWheel", { x: 50, y: 50 }, { deltaX: 0, deltaY: 120 });
    let seen = { turn: 0, zoom: 1 };
    await vi.waitFor(() => {
      const { turn, zoom } = pointer.takeLook();
      seen = { turn: seen.turn + turn, zoom: seen.zoom * zoom };
      expect(seen.zoom).toBeGreaterThan(1);
    }, PATIENCE_MS);
    expect(seen.turn).toBeGreaterThan(0.1);
    expect(pointer.intent).toBe(STANDING);
  });
});
