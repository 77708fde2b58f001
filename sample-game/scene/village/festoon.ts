import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Rgb } from "../geometry/batch.ts";
import { addBeam, addEllipsoid } from "../geometry/solids.ts";
import type { Spot } from "../layout.ts";
import type { Batches } from "./batches.ts";

const STEPS = 22;
const BULBS: readonly Rgb[] = [
  [2.1, 1.35, 0.6],
  [2, 0.75, 0.35],
  [1.9, 1.5, 0.8],
  [0.6, 1.3, 1.2],
  [1.9, 0.6, 0.7],
];

/** A sagging cord of small lamps. Gives where the lamps are. */
export function addFestoon(
  batches: Batches,
  from: Spot,
  to: Spot,
  startHeight: number,
  endHeight: number,
): Vector3[] {
  const start = new Vector3(from.x, startHeight, from.z);
  const end = new Vector3(to.x, endHeight, to.z);
  const sag = Vector3.Distance(start, end) * 0.075;
  const points = Array.from({ length: STEPS + 1 }, (_, step) => {
    const t = step / STEPS;
    return Vector3.Lerp(start, end, t).addInPlaceFromFloats(0, -4 * sag * t * (1 - t), 0);
  });
  const lamps: Vector3[] = [];
  for (let step = 0; step < STEPS; step++) {
    addBeam(batches.cloth, Matrix.Identity(), points[step]!, points[step + 1]!, 0.025, [0.08, 0.07, 0.07]);
    if (step === 0) continue;
    const lamp = points[step]!.add(new Vector3(0, -0.13, 0));
    const at = Matrix.Translation(lamp.x, lamp.y, lamp.z);
    addEllipsoid(batches.glow, at, [0.05, 0.07, 0.05], BULBS[(step * 3) % BULBS.length]!, 7);
    lamps.push(lamp);
  }
  return lamps;
}
