import { Vector3, type Matrix } from "@babylonjs/core/Maths/math.vector.js";
import { between, type Random } from "../../seeded.ts";
import { place, type Batch, type Rgb } from "../geometry/batch.ts";
import { scaled } from "../geometry/color.ts";
import { addBeam } from "../geometry/solids.ts";

const THICKNESS = 0.2;

/** Posts, rails and braces on the four walls of a storey. */
export function addTimberFrame(
  batch: Batch,
  frame: Matrix,
  { width, height, depth }: { readonly width: number; readonly height: number; readonly depth: number },
  color: Rgb,
  random: Random,
): void {
  for (let wall = 0; wall < 4; wall++) {
    const [span, away] = wall % 2 === 0 ? [width, depth / 2] : [depth, width / 2];
    const turn = (wall * Math.PI) / 2;
    const face = place(Math.sin(turn) * away, 0, Math.cos(turn) * away, turn, frame);
    addWallFrame(batch, face, span, height, color, random);
  }
}

function addWallFrame(
  batch: Batch,
  face: Matrix,
  span: number,
  height: number,
  color: Rgb,
  random: Random,
): void {
  const beam = (x0: number, y0: number, x1: number, y1: number, thickness = THICKNESS) =>
    addBeam(
      batch,
      face,
      new Vector3(x0, y0, 0),
      new Vector3(x1, y1, 0),
      thickness,
      scaled(color, between(random, 0.8, 1.2)),
    );
  const half = span / 2;
  beam(-half, 0.1, half, 0.1);
  beam(-half, height - 0.1, half, height - 0.1);
  const bays = Math.max(3, Math.round(span / 1.5));
  for (let post = 0; post <= bays; post++) {
    const x = -half + (post / bays) * span;
    beam(x, 0, x, height, post % bays === 0 ? THICKNESS * 1.3 : THICKNESS * 0.8);
  }
  const bay = span / bays;
  beam(-half + 0.1, 0.1, -half + bay, height * 0.95, 0.15);
  beam(half - 0.1, 0.1, half - bay, height * 0.95, 0.15);
  beam(-half, height * 0.28, half, height * 0.28, 0.13);
}
