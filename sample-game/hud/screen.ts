import type { Camera } from "@babylonjs/core/Cameras/camera.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";

/** A place on the page, in CSS pixels of the canvas. */
export interface ScreenPlace {
  readonly x: number;
  readonly y: number;
  /** Metres from the camera. */
  readonly distance: number;
}

/** Where a point of the world is seen; undefined behind the camera or off the page. */
export function screenPlace(
  point: Vector3,
  camera: Camera,
  canvas: HTMLCanvasElement,
): ScreenPlace | undefined {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const viewport = camera.viewport.toGlobal(width, height);
  const { x, y, z } = Vector3.Project(
    point,
    Matrix.IdentityReadOnly,
    camera.getTransformationMatrix(),
    viewport,
  );
  if (z <= 0 || z >= 1 || x < -40 || x > width + 40 || y < -40 || y > height + 40) return undefined;
  return { x, y, distance: Vector3.Distance(point, camera.globalPosition) };
}
