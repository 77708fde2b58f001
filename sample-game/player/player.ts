import { Gait, Heading, Position } from "../characters/components.ts";
import { walk } from "../characters/move-people.ts";
import { OBSTACLES } from "../scene/layout.ts";
import type { Scene } from "@babylonjs/core/scene.js";
import { createChaseCamera, type ChaseCamera } from "./camera.ts";
import type { Intent } from "./intent.ts";
import { createKeyboard } from "./keyboard.ts";
import { createPointer } from "./pointer.ts";

const WALK_SPEED = 2.1;
const RUN_SPEED = 3.8;

export interface Player {
  readonly eye: ChaseCamera;
  update(frameSeconds: number): void;
  dispose(): void;
}

/** The traveller, walked by whoever holds keyboard, mouse or phone. */
export function createPlayer(
  scene: Scene,
  eid: number,
  canvas: HTMLCanvasElement,
  stick: HTMLElement,
): Player {
  const eye = createChaseCamera(scene);
  const keyboard = createKeyboard(window);
  const pointer = createPointer(canvas, stick);
  return {
    eye,
    update(frameSeconds) {
      const intent = keyboard.intent.ahead || keyboard.intent.aside ? keyboard.intent : pointer.intent;
      step(eid, intent, eye.yaw, frameSeconds);
      eye.update(Position.x[eid]!, Position.z[eid]!, pointer.takeLook(), frameSeconds);
    },
    dispose() {
      keyboard.dispose();
      pointer.dispose();
    },
  };
}

function step(eid: number, { ahead, aside, hurry }: Intent, yaw: number, frameSeconds: number): void {
  const push = Math.min(1, Math.hypot(ahead, aside));
  if (push > 0.05) Heading.wanted[eid] = yaw + Math.atan2(aside, ahead);
  const wanted = push > 0.05 ? push * (hurry ? RUN_SPEED : WALK_SPEED) : 0;
  Gait.speed[eid] = Gait.speed[eid]! + (wanted - Gait.speed[eid]!) * Math.min(1, frameSeconds * 8);
  walk(eid, frameSeconds, OBSTACLES);
}
