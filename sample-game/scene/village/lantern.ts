import { Vector3, type Matrix } from "@babylonjs/core/Maths/math.vector.js";
import { place, type Rgb } from "../geometry/batch.ts";
import { rgb } from "../geometry/color.ts";
import { addBeam, addBox, addLathe } from "../geometry/solids.ts";
import type { Spot } from "../layout.ts";
import type { Batches } from "./batches.ts";

const IRON = rgb("#2b2a2e");
const FLAME: Rgb = [1.9, 1.15, 0.46];

export const POST_LANTERN_HEIGHT = 2.75;

/** A lantern whose light is at the origin of its frame. */
export function addLantern(batches: Batches, frame: Matrix, size = 1): void {
  const glass = [
    [0.09, -0.16],
    [0.13, 0.1],
    [0.05, 0.16],
  ].map(([radius, y]) => [radius! * size, y! * size] as const);
  addLathe(batches.glow, frame, glass, FLAME, { segments: 6 });
  const cap = [
    [0.19, 0.12],
    [0.12, 0.22],
    [0.03, 0.3],
    [0.02, 0.36],
  ].map(([radius, y]) => [radius! * size, y! * size] as const);
  addLathe(batches.cloth, frame, cap, IRON, { segments: 6 });
  addBox(batches.cloth, place(0, -0.22 * size, 0, 0, frame), [0.24 * size, 0.05 * size, 0.24 * size], IRON);
  for (let bar = 0; bar < 4; bar++) {
    const angle = (bar * Math.PI) / 2 + Math.PI / 4;
    const [x, z] = [Math.cos(angle) * size, Math.sin(angle) * size];
    const bottom = new Vector3(x * 0.12, -0.18 * size, z * 0.12);
    addBeam(batches.cloth, frame, bottom, new Vector3(x * 0.16, 0.13 * size, z * 0.16), 0.018 * size, IRON);
  }
}

/** An iron post whose lantern hangs over its foot's side that is nearer the middle of the square. */
export function addLanternPost(batches: Batches, { x, z }: Spot): Vector3 {
  const frame = place(x, 0, z, Math.atan2(-x, -z));
  addLathe(
    batches.masonry,
    frame,
    [
      [0.28, 0],
      [0.24, 0.25],
      [0.1, 0.32],
    ],
    rgb("#8a857f"),
    { segments: 8 },
  );
  addBeam(batches.timber, frame, new Vector3(0, 0.2, 0), new Vector3(0, 3.15, 0), 0.11, rgb("#3d2f26"));
  addBeam(
    batches.timber,
    frame,
    new Vector3(0, 3.05, -0.12),
    new Vector3(0, 3.1, 0.62),
    0.08,
    rgb("#3d2f26"),
  );
  addBeam(batches.timber, frame, new Vector3(0, 2.6, 0.04), new Vector3(0, 3.04, 0.42), 0.06, rgb("#3d2f26"));
  const hook = new Vector3(0, POST_LANTERN_HEIGHT, 0.52);
  const light = place(hook.x, hook.y, hook.z, 0.4, frame);
  addLantern(batches, light);
  return Vector3.TransformCoordinates(hook, frame);
}
