import { STANDING, newLook, type Intent, type Look } from "./intent.ts";

const RADIANS_PER_PIXEL = 0.0052;
const STICK_PIXELS = 56;
const ZOOM_PER_PIXEL = 0.0012;

export interface Pointer {
  /** From the stick of a touch screen. */
  readonly intent: Intent;
  /** Gives what came in since the last call. */
  takeLook(): Look;
  dispose(): void;
}

/** Mouse: drag to look, wheel to zoom. Touch: a stick under a thumb on the left, drag on the right to look. */
export function createPointer(canvas: HTMLCanvasElement, stick: HTMLElement): Pointer {
  let intent = STANDING;
  let look = newLook();
  let thumb: { id: number; x: number; y: number } | undefined;
  const drags = new Map<number, { x: number; y: number }>();
  const undo = new AbortController();
  const listen = <K extends keyof HTMLElementEventMap>(
    type: K,
    handler: (event: HTMLElementEventMap[K]) => void,
  ) => canvas.addEventListener(type, handler, { signal: undo.signal, passive: false });

  listen("pointerdown", (event) => {
    canvas.focus();
    canvas.setPointerCapture(event.pointerId);
    const at = { x: event.clientX, y: event.clientY };
    const isThumb = event.pointerType === "touch" && !thumb && event.clientX < canvas.clientWidth * 0.45;
    if (!isThumb) drags.set(event.pointerId, at);
    else {
      thumb = { id: event.pointerId, ...at };
      showStick(stick, at, 0, 0);
    }
  });
  listen("pointermove", (event) => {
    if (thumb?.id === event.pointerId) {
      const [x, y] = onStick(event.clientX - thumb.x, event.clientY - thumb.y);
      intent = { ahead: -y, aside: x, hurry: Math.hypot(x, y) > 0.95 };
      showStick(stick, thumb, x, y);
    }
    const last = drags.get(event.pointerId);
    if (!last) return;
    look.turn += (event.clientX - last.x) * RADIANS_PER_PIXEL;
    look.tilt += (event.clientY - last.y) * RADIANS_PER_PIXEL;
    drags.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  const release = (event: PointerEvent) => {
    drags.delete(event.pointerId);
    if (thumb?.id !== event.pointerId) return;
    thumb = undefined;
    intent = STANDING;
    stick.hidden = true;
  };
  listen("pointerup", release);
  listen("pointercancel", release);
  listen("wheel", (event) => {
    event.preventDefault();
    look.zoom *= Math.exp(event.deltaY * ZOOM_PER_PIXEL);
  });
  return {
    get intent() {
      return intent;
    },
    takeLook() {
      const taken = look;
      look = newLook();
      return taken;
    },
    dispose: () => undo.abort(),
  };
}

/** Pixels from where the thumb went down, as a place on the stick within the unit circle. */
function onStick(dx: number, dy: number): [number, number] {
  const length = Math.max(1, Math.hypot(dx, dy) / STICK_PIXELS);
  return [dx / STICK_PIXELS / length, dy / STICK_PIXELS / length];
}

function showStick(
  stick: HTMLElement,
  { x, y }: { x: number; y: number },
  tiltX: number,
  tiltY: number,
): void {
  stick.hidden = false;
  stick.style.left = `${x}px`;
  stick.style.top = `${y}px`;
  stick.style.setProperty("--x", `${tiltX * STICK_PIXELS}px`);
  stick.style.setProperty("--y", `${tiltY * STICK_PIXELS}px`);
}
