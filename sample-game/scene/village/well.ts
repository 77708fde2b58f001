import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { seeded } from "../../seeded.ts";
import { place } from "../geometry/batch.ts";
import { rgb, scaled } from "../geometry/color.ts";
import { addBeam, addBox, addLathe } from "../geometry/solids.ts";
import type { Spot } from "../layout.ts";
import type { Batches } from "./batches.ts";
import { addRoof } from "./roof.ts";

const STONE = rgb("#b0a89e");
const WOOD = rgb("#5a4030");

/** Where the lantern of the well hangs, above its middle. */
export const WELL_LANTERN_HEIGHT = 2.25;

/** The well: a ring of stones on two steps, a winch and a small roof. */
export function addWell(batches: Batches, { x, z }: Spot): void {
  const frame = place(x, 0, z, 0.5);
  addRing(batches, frame, 1.85, 0.14, scaled(STONE, 0.7));
  addRing(batches, frame, 1.5, 0.28, scaled(STONE, 0.8));
  addRing(batches, frame, 1.12, 0.95, STONE);
  addLathe(
    batches.cloth,
    frame,
    [
      [0.87, 0.6],
      [0.84, 0.62],
      [0.02, 0.62],
    ],
    [0.02, 0.03, 0.05],
  );
  for (const side of [1, -1]) {
    addBeam(
      batches.timber,
      frame,
      new Vector3(side * 1.02, 0.8, 0),
      new Vector3(side * 1.02, 2.7, 0),
      0.17,
      WOOD,
    );
  }
  addBeam(
    batches.timber,
    frame,
    new Vector3(-1.25, 1.75, 0),
    new Vector3(1.35, 1.75, 0),
    0.13,
    scaled(WOOD, 1.2),
  );
  addBeam(batches.timber, frame, new Vector3(1.35, 1.75, 0), new Vector3(1.35, 1.4, 0), 0.08, WOOD);
  const winch = Matrix.RotationZ(Math.PI / 2)
    .multiply(Matrix.Translation(0.35, 1.75, 0))
    .multiply(frame);
  addLathe(
    batches.timber,
    winch,
    [
      [0.15, 0],
      [0.19, 0.1],
      [0.19, 0.6],
      [0.15, 0.7],
    ],
    rgb("#a58a5c"),
  );
  addBucket(batches, place(1.3, 0.28, -0.55, 0, frame));
  addRoof(
    batches.shingles,
    place(0, 2.55, 0, Math.PI / 2, frame),
    [1.9, 0.95, 2],
    rgb("#9c6248"),
    seeded(12),
  );
}

function addRing(
  batches: Batches,
  frame: Matrix,
  radius: number,
  height: number,
  color: readonly [number, number, number],
): void {
  addLathe(
    batches.masonry,
    frame,
    [
      [radius * 1.04, 0],
      [radius, height * 0.8],
      [radius + 0.06, height * 0.82],
      [radius + 0.05, height],
      [radius - 0.26, height],
      [radius - 0.28, height - 0.12],
    ],
    color,
    { segments: 24, textureMetres: 1.6 },
  );
}

export function addBucket(batches: Batches, frame: Matrix): void {
  addLathe(
    batches.timber,
    frame,
    [
      [0.15, 0],
      [0.2, 0.32],
      [0.17, 0.32],
      [0.14, 0.1],
    ],
    rgb("#7a5a3c"),
    { segments: 12, textureMetres: 0.5 },
  );
}

/** A barrel with two hoops. */
export function addBarrel(batches: Batches, frame: Matrix): void {
  const staves = [0.3, 0.37, 0.4, 0.37, 0.3].map((radius, step) => [radius, step * 0.24] as const);
  addLathe(batches.timber, frame, [...staves, [0.02, 0.95]], rgb("#74543a"), {
    segments: 14,
    textureMetres: 0.6,
  });
  for (const y of [0.24, 0.66]) {
    addLathe(
      batches.cloth,
      place(0, y, 0, 0, frame),
      [
        [0.385, 0],
        [0.4, 0.06],
      ],
      rgb("#3c3c42"),
      { segments: 14 },
    );
  }
}

export function addCrate(batches: Batches, frame: Matrix, size: number): void {
  const wood = rgb("#84643f");
  addBox(batches.timber, frame, [size, size, size], scaled(wood, 0.7), 0.7);
  for (const y of [0, size * 0.42, size * 0.84]) {
    addBox(batches.timber, place(0, y, 0, 0, frame), [size * 1.06, size * 0.16, size * 1.06], wood, 0.7);
  }
}
