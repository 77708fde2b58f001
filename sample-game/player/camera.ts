import { UniversalCamera } from "@babylonjs/core/Cameras/universalCamera.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { OBSTACLES } from "../scene/layout.ts";
import type { Look } from "./intent.ts";

const TILT = { min: -0.35, max: 0.75 };
const DISTANCE = { min: 1.6, max: 6.5, start: 4.5 };
/** The camera stays inside the houses' ring. */
const RING = 17.2;
const LANDSCAPE_FOV = 0.92;
const PORTRAIT_FOV = 1.2;

export interface ChaseCamera {
  readonly camera: UniversalCamera;
  /** Angle about the vertical in which it looks. */
  readonly yaw: number;
  /** Follows somebody at a place. */
  update(x: number, z: number, look: Look, frameSeconds: number): void;
}

/** A camera behind the shoulder of the traveller. */
export function createChaseCamera(scene: Scene): ChaseCamera {
  const camera = new UniversalCamera("eye", new Vector3(0, 2, -15), scene);
  camera.minZ = 0.1;
  camera.maxZ = 420;
  camera.inputs.clear();
  let yaw = 0.02;
  let tilt = 0.03;
  let distance = DISTANCE.start;
  let reach = distance;
  return {
    camera,
    get yaw() {
      return yaw;
    },
    update(x, z, look, frameSeconds) {
      yaw += look.turn;
      tilt = Math.max(TILT.min, Math.min(TILT.max, tilt + look.tilt));
      distance = Math.max(DISTANCE.min, Math.min(DISTANCE.max, distance * look.zoom));
      const isPortrait = scene.getEngine().getAspectRatio(camera) < 1;
      camera.fov = isPortrait ? PORTRAIT_FOV : LANDSCAPE_FOV;
      const shoulder = isPortrait ? 0.35 : 1.1;
      const pivot = new Vector3(x + Math.cos(yaw) * shoulder, 1.62, z - Math.sin(yaw) * shoulder);
      const back = new Vector3(
        -Math.sin(yaw) * Math.cos(tilt),
        Math.sin(tilt),
        -Math.cos(yaw) * Math.cos(tilt),
      );
      const free = freeReach(pivot, back, distance);
      reach = free < reach ? free : reach + (free - reach) * Math.min(1, frameSeconds * 4);
      camera.position.copyFrom(pivot).addInPlace(back.scale(reach));
      camera.position.y = Math.max(0.35, camera.position.y);
      camera.setTarget(pivot.add(back.scale(-4)));
    },
  };
}

const STEPS = 12;

/** How far back the camera can go before something is in the way. */
function freeReach(pivot: Vector3, back: Vector3, wanted: number): number {
  for (let step = 1; step <= STEPS; step++) {
    const reach = (wanted * step) / STEPS;
    const [x, z] = [pivot.x + back.x * reach, pivot.z + back.z * reach];
    const isBlocked =
      Math.hypot(x, z) > RING ||
      OBSTACLES.some(({ x: ox, z: oz, radius }) => radius > 1 && Math.hypot(x - ox, z - oz) < radius + 0.2);
    if (isBlocked) return Math.max(DISTANCE.min * 0.6, (wanted * (step - 1)) / STEPS);
  }
  return wanted;
}
