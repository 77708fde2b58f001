import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { place } from "../geometry/batch.ts";
import { rgb, scaled } from "../geometry/color.ts";
import { addBeam, addBox, addEllipsoid, addLathe } from "../geometry/solids.ts";
import type { Batches } from "./batches.ts";

const WOOD = rgb("#5d3b2a");
const GOLD = rgb("#c9a24a");

/** Of the glass: width, height, and how far it hangs above the ground. */
export const GLASS = { width: 1.16, height: 1.92, above: 0.3 } as const;

const SIDE = GLASS.width / 2 + 0.07;
const TOP = GLASS.above + GLASS.height;

/** A standing mirror as tall as a person, without its glass; it looks along +z of its frame. */
export function addMirrorFrame(batches: Batches, frame: Matrix): void {
  for (const side of [1, -1]) {
    const foot = new Vector3(side * SIDE, 0.06, 0);
    addBeam(batches.timber, frame, foot, new Vector3(side * SIDE, TOP + 0.16, 0), 0.12, WOOD);
    addBeam(
      batches.timber,
      frame,
      foot.add(new Vector3(0, 0, -0.42)),
      foot.add(new Vector3(0, 0, 0.42)),
      0.11,
      scaled(WOOD, 0.8),
    );
    addEllipsoid(batches.cloth, place(side * SIDE, TOP + 0.23, 0, 0, frame), [0.1, 0.1, 0.1], GOLD, 10);
    addCandle(batches, place(side * (SIDE + 0.16), 1.25, 0.12, 0, frame));
  }
  for (const y of [GLASS.above - 0.12, TOP]) {
    addBox(batches.timber, place(0, y, 0, 0, frame), [2 * SIDE, 0.12, 0.12], WOOD, 0.8);
  }
  addBox(
    batches.timber,
    place(0, GLASS.above, -0.05, 0, frame),
    [GLASS.width, GLASS.height, 0.04],
    scaled(WOOD, 0.6),
    0.8,
  );
  addCrest(batches, frame);
}

/** An arch over the top with a moon in it. */
function addCrest(batches: Batches, frame: Matrix): void {
  const steps = 8;
  const archAt = (step: number) => {
    const angle = (step / steps) * Math.PI;
    return new Vector3(Math.cos(angle) * SIDE, TOP + 0.12 + Math.sin(angle) * 0.3, 0);
  };
  for (let step = 0; step < steps; step++) {
    addBeam(batches.timber, frame, archAt(step), archAt(step + 1), 0.1, WOOD);
  }
  addEllipsoid(batches.cloth, place(0, TOP + 0.25, 0.02, 0, frame), [0.13, 0.13, 0.05], GOLD, 14);
}

/** On a small bracket at the side. */
function addCandle(batches: Batches, frame: Matrix): void {
  addLathe(
    batches.cloth,
    frame,
    [
      [0.02, -0.08],
      [0.09, 0],
      [0.09, 0.02],
      [0.03, 0.02],
    ],
    GOLD,
    { segments: 10 },
  );
  addLathe(
    batches.glow,
    frame,
    [
      [0.035, 0.02],
      [0.035, 0.2],
      [0.02, 0.22],
      [0.03, 0.25],
      [0.002, 0.36],
    ],
    [2.2, 1.4, 0.6],
    { segments: 8 },
  );
}
