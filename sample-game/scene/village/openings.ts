import { Vector3, type Matrix } from "@babylonjs/core/Maths/math.vector.js";
import { between, pick, type Random } from "../../seeded.ts";
import { addGrid, place, type Batch, type Rgb } from "../geometry/batch.ts";
import { rgb, scaled } from "../geometry/color.ts";
import { addBox, addEllipsoid } from "../geometry/solids.ts";
import type { Batches } from "./batches.ts";

const FRAME = rgb("#3a281d");
const DARK_GLASS: Rgb = [0.07, 0.1, 0.17];
const SHUTTERS = ["#4f6b5a", "#7a4436", "#465a7a", "#6b5a2f"].map(rgb);
const BLOSSOMS = ["#d0607a", "#e0c05a", "#c9c4e8", "#d97a4a"].map(rgb);

/** A picture on a standing rectangle whose bottom middle is the origin, facing +z. */
export function addPicture(
  batch: Batch,
  frame: Matrix,
  [width, height]: readonly [number, number],
  color: Rgb,
): void {
  addGrid(batch, frame, 2, 2, (row, column) => ({
    position: new Vector3((column - 0.5) * width, row * height, 0),
    normal: Vector3.Forward(),
    u: 1 - column,
    v: row,
    color,
  }));
}

/** A window with frame, sill, and sometimes shutters and flowers; lit with the given probability. */
export function addWindow(
  batches: Batches,
  frame: Matrix,
  [width, height]: readonly [number, number],
  random: Random,
  litShare: number,
): void {
  const lit = random() < litShare;
  const warmth = between(random, 0.75, 1.25);
  const glass: Rgb = lit ? [1.05 * warmth, 0.9 * warmth, 0.72 * warmth] : DARK_GLASS;
  addPicture(batches.window, place(0, 0, 0.06, 0, frame), [width, height], glass);
  const bar = (x: number, y: number, size: [number, number, number]) =>
    addBox(batches.timber, place(x, y, 0.05, 0, frame), size, FRAME, 0.8);
  bar(-width / 2, -0.05, [0.12, height + 0.15, 0.2]);
  bar(width / 2, -0.05, [0.12, height + 0.15, 0.2]);
  bar(0, height, [width + 0.2, 0.12, 0.22]);
  bar(0, -0.12, [width + 0.34, 0.12, 0.36]);
  if (random() < 0.55) addShutters(batches, frame, width, height, pick(random, SHUTTERS));
  if (random() < 0.4) addFlowers(batches, frame, width, random);
}

function addShutters(batches: Batches, frame: Matrix, width: number, height: number, color: Rgb): void {
  for (const side of [1, -1]) {
    const hinge = place(side * (width / 2 + 0.32), 0, 0.12, side * -0.25, frame);
    addBox(batches.timber, hinge, [0.46, height, 0.06], color, 0.8);
  }
}

function addFlowers(batches: Batches, frame: Matrix, width: number, random: Random): void {
  addBox(batches.timber, place(0, -0.22, 0.28, 0, frame), [width, 0.2, 0.24], scaled(FRAME, 1.4), 0.8);
  const blossom = pick(random, BLOSSOMS);
  for (let i = 0; i < 9; i++) {
    const at = place(
      (i / 8 - 0.5) * width * 0.9,
      between(random, 0, 0.12),
      between(random, 0.2, 0.36),
      0,
      frame,
    );
    addEllipsoid(batches.cloth, at, [0.09, 0.08, 0.09], i % 2 ? blossom : rgb("#3d5a35"), 6);
  }
}

/** A plank door with a lintel and a step. */
export function addDoor(batches: Batches, frame: Matrix, random: Random): void {
  const color = scaled(pick(random, SHUTTERS), 0.8);
  for (let plank = 0; plank < 4; plank++) {
    addBox(batches.timber, place((plank - 1.5) * 0.27, 0.1, 0.02, 0, frame), [0.25, 2, 0.1], color, 0.8);
  }
  addBox(batches.timber, place(-0.62, 0, 0.03, 0, frame), [0.18, 2.2, 0.24], FRAME, 0.8);
  addBox(batches.timber, place(0.62, 0, 0.03, 0, frame), [0.18, 2.2, 0.24], FRAME, 0.8);
  addBox(batches.timber, place(0, 2.1, 0.03, 0, frame), [1.6, 0.22, 0.28], FRAME, 0.8);
  addBox(batches.masonry, place(0, 0, 0.35, 0, frame), [1.7, 0.14, 0.8], rgb("#8a8580"));
  addEllipsoid(batches.cloth, place(0.36, 1.05, 0.12, 0, frame), [0.05, 0.05, 0.05], rgb("#c9a24a"), 6);
}
