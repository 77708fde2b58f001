import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { place } from "../geometry/batch.ts";
import { rgb, scaled } from "../geometry/color.ts";
import { addBeam, addBox, addLathe } from "../geometry/solids.ts";
import type { Spot } from "../layout.ts";
import type { Batches } from "./batches.ts";
import { addBarrel, addCrate } from "./well.ts";
import { addPicture } from "./openings.ts";

const WOOD = rgb("#7a583b");

/** A round table with mugs and two stools. */
export function addTable(batches: Batches, { x, z }: Spot): void {
  const frame = place(x, 0, z, x);
  addLathe(
    batches.timber,
    frame,
    [
      [0.28, 0],
      [0.08, 0.1],
      [0.08, 0.72],
      [0.62, 0.74],
      [0.62, 0.82],
      [0.02, 0.82],
    ],
    WOOD,
    { segments: 14, textureMetres: 0.7 },
  );
  for (const angle of [0.4, 2.3, 4.1]) {
    addMug(batches, place(Math.cos(angle) * 0.36, 0.82, Math.sin(angle) * 0.36, 0, frame));
  }
  addLathe(
    batches.glow,
    place(0, 0.82, 0, 0, frame),
    [
      [0.03, 0],
      [0.03, 0.12],
      [0.018, 0.15],
      [0.002, 0.24],
    ],
    [1.9, 1.2, 0.5],
    { segments: 6 },
  );
}

function addMug(batches: Batches, frame: Matrix): void {
  addLathe(
    batches.timber,
    frame,
    [
      [0.07, 0],
      [0.075, 0.17],
      [0.05, 0.17],
      [0.01, 0.15],
    ],
    rgb("#9a7148"),
    { segments: 9 },
  );
}

/** A bench whose seat runs along x of its frame. */
export function addBench(batches: Batches, frame: Matrix, length: number): void {
  addBox(batches.timber, place(0, 0.42, 0, 0, frame), [length, 0.07, 0.4], WOOD, 0.9);
  for (const side of [1, -1]) {
    addBox(
      batches.timber,
      place(side * length * 0.4, 0, 0, 0, frame),
      [0.1, 0.42, 0.34],
      scaled(WOOD, 0.7),
      0.9,
    );
  }
}

/** The sign of the inn on its bracket; the origin is where the bracket meets the wall, the sign hangs along z. */
export function addInnSign(batches: Batches, frame: Matrix): void {
  addBeam(batches.timber, frame, new Vector3(0, 0, 0), new Vector3(0, 0.05, 1.9), 0.1, rgb("#3d2f26"));
  addBeam(batches.timber, frame, new Vector3(0, -0.7, 0), new Vector3(0, 0, 0.8), 0.07, rgb("#3d2f26"));
  for (const turn of [Math.PI / 2, -Math.PI / 2]) {
    const face = Matrix.RotationY(turn)
      .multiply(Matrix.Translation(turn > 0 ? 0.04 : -0.04, -1.25, 1.1))
      .multiply(frame);
    addPicture(batches.sign, face, [1.45, 1.1], [1.3, 1.25, 1.15]);
  }
  addBox(batches.timber, place(0, -1.28, 1.1, 0, frame), [0.06, 1.17, 1.52], rgb("#2a1c12"), 0.8);
}

/** Barrels and crates against the walls. */
export function addStores(batches: Batches): void {
  const barrels: readonly Spot[] = [
    { x: -3.6, z: 15.1 },
    { x: -4.3, z: 14.7 },
    { x: 7.4, z: 15.2 },
    { x: 14.2, z: 7.1 },
    { x: -13.6, z: -5.6 },
    { x: -5.2, z: -15 },
  ];
  for (const { x, z } of barrels) addBarrel(batches, place(x, 0, z, x * 3));
  const crates: readonly (Spot & { size: number; y: number })[] = [
    { x: 8.2, z: 14.9, size: 0.7, y: 0 },
    { x: 8.1, z: 14.9, size: 0.5, y: 0.7 },
    { x: -14.2, z: 4.4, size: 0.7, y: 0 },
    { x: 13.6, z: -5.6, size: 0.75, y: 0 },
    { x: 5.6, z: -14.8, size: 0.7, y: 0 },
  ];
  for (const { x, y, z, size } of crates) addCrate(batches, place(x, y, z, x * 2), size);
}
