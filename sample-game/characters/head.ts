import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { addGrid, place, type Batch, type Rgb } from "../scene/geometry/batch.ts";
import { mixed, rgb, scaled } from "../scene/geometry/color.ts";
import { addEllipsoid, addLathe, addRod } from "../scene/geometry/solids.ts";
import type { Look } from "./look.ts";
import { HEAD } from "./proportions.ts";

const BLUSH = rgb("#c4554a");
const ROWS = 19;
const COLUMNS = 26;

/** Skull, nose and ears, in the frame of a head of scale 1 that looks to +z. */
export function addHead(batch: Batch, { skin, nose }: Look): void {
  addGrid(batch, Matrix.Identity(), ROWS, COLUMNS + 1, (row, column) => {
    const polar = (row / (ROWS - 1)) * Math.PI - Math.PI / 2;
    const angle = (column / COLUMNS) * 2 * Math.PI;
    const unit = new Vector3(
      Math.cos(polar) * Math.sin(angle),
      Math.sin(polar),
      Math.cos(polar) * Math.cos(angle),
    );
    const position = unit.multiplyByFloats(HEAD.x, HEAD.y, HEAD.z);
    const cheek =
      Math.max(0, 1 - Math.hypot(Math.abs(unit.x) - 0.6, unit.y + 0.22) / 0.38) * Math.max(0, unit.z);
    const shade = 0.82 + 0.18 * Math.max(0, unit.y * 0.5 + 0.5);
    return {
      position,
      normal: unit.divide(new Vector3(HEAD.x, HEAD.y, HEAD.z)).normalize(),
      u: 0,
      v: 0,
      color: scaled(mixed(skin, BLUSH, cheek * 0.4), shade),
    };
  });
  const tip = mixed(skin, BLUSH, 0.22);
  addEllipsoid(
    batch,
    place(0, -0.015, HEAD.z + 0.012 * nose),
    [0.034 * nose, 0.036 * nose, 0.042 * nose],
    tip,
    12,
  );
  addRod(
    batch,
    Matrix.Identity(),
    new Vector3(0, 0.05, HEAD.z - 0.02),
    new Vector3(0, -0.01, HEAD.z + 0.008),
    [0.016, 0.024 * nose],
    skin,
    8,
  );
  for (const side of [1, -1]) {
    addEllipsoid(batch, place(side * (HEAD.x - 0.004), -0.005, -0.01), [0.03, 0.05, 0.036], tip, 10);
  }
}

/** The height of the eyes above the middle of the head. */
export const EYE_HEIGHT = 0.042;
const EYE_SPREAD = 0.076;
const IRISES = ["#3b2a1c", "#33506b", "#3f5a3a", "#4a3560"].map(rgb);

/** Both eyes, with the origin on their height so that they close when y shrinks. */
export function addEyes(batch: Batch, seed: number): void {
  const iris = IRISES[seed % IRISES.length]!;
  for (const side of [1, -1]) {
    const x = side * EYE_SPREAD;
    const depth = HEAD.z * Math.sqrt(1 - (x / HEAD.x) ** 2 - (EYE_HEIGHT / HEAD.y) ** 2);
    const turn = side * 0.32;
    const eye = place(x, 0, depth - 0.013, turn);
    addEllipsoid(batch, eye, [0.038, 0.045, 0.026], [0.93, 0.92, 0.9], 14);
    addEllipsoid(batch, place(-side * 0.005, -0.002, 0.017, 0, eye), [0.023, 0.029, 0.013], iris, 12);
    addEllipsoid(
      batch,
      place(-side * 0.005, -0.002, 0.024, 0, eye),
      [0.012, 0.017, 0.008],
      [0.02, 0.02, 0.03],
      10,
    );
    addEllipsoid(
      batch,
      place(-side * 0.005 + 0.009, 0.012, 0.029, 0, eye),
      [0.006, 0.007, 0.004],
      [2.2, 2.1, 1.9],
      6,
    );
  }
}

/** Eyebrows, and the upper lids under them. */
export function addBrows(batch: Batch, { hairColor, skin }: Look): void {
  for (const side of [1, -1]) {
    const at = (x: number, y: number) =>
      new Vector3(side * x, y, HEAD.z * Math.sqrt(1 - (x / HEAD.x) ** 2 - (y / HEAD.y) ** 2) + 0.008);
    const color = mixed(hairColor, skin, 0.12);
    addRod(batch, Matrix.Identity(), at(0.034, 0.1), at(0.075, 0.117), [0.009, 0.013], color, 6);
    addRod(batch, Matrix.Identity(), at(0.075, 0.117), at(0.116, 0.102), [0.013, 0.006], color, 6);
  }
}

/** A rounded cap of hair or cloth over the skull, down to a height that falls towards the back. */
export function addScalp(
  batch: Batch,
  color: Rgb,
  { puff, front, back }: { readonly puff: number; readonly front: number; readonly back: number },
): void {
  const rows = 9;
  addGrid(batch, Matrix.Identity(), rows, COLUMNS + 1, (row, column) => {
    const angle = (column / COLUMNS) * 2 * Math.PI;
    const rim = back + (front - back) * (0.5 + 0.5 * Math.cos(angle)) ** 1.4;
    const lowest = Math.asin(Math.max(-0.95, Math.min(0.95, rim / HEAD.y)));
    const polar = lowest + (Math.PI / 2 - lowest) * (row / (rows - 1));
    const unit = new Vector3(
      Math.cos(polar) * Math.sin(angle),
      Math.sin(polar),
      Math.cos(polar) * Math.cos(angle),
    );
    const strands = 1 + 0.012 * Math.sin(column * 2.9);
    return {
      position: unit.multiplyByFloats((HEAD.x + puff) * strands, HEAD.y + puff, (HEAD.z + puff) * strands),
      normal: unit.clone(),
      u: 0,
      v: 0,
      color: scaled(color, 0.72 + 0.3 * (row / rows) + 0.05 * Math.sin(column * 2.9)),
    };
  });
}

export function addBeard(batch: Batch, { beard, hairColor }: Look): void {
  if (beard === "none") return;
  if (beard !== "goatee") {
    for (const side of [1, -1]) {
      const middle = new Vector3(side * 0.008, -0.058, HEAD.z + 0.006);
      const tip = new Vector3(side * 0.088, beard === "moustache" ? -0.066 : -0.1, HEAD.z - 0.026);
      addRod(batch, Matrix.Identity(), middle, tip, [0.021, 0.007], scaled(hairColor, 1.1), 8);
    }
  }
  if (beard === "moustache") return;
  const wide = beard === "full" ? 1 : 0.4;
  const profile = [
    [0.012, -0.25],
    [0.07, -0.2],
    [0.115, -0.14],
    [0.135, -0.07],
    [0.1, -0.03],
  ].map(([radius, y]) => [radius! * (0.35 + 0.65 * wide), y! - 0.07] as const);
  addLathe(batch, place(0, -0.03, 0.085), profile, hairColor, { segments: 16, depth: 0.72 });
  if (beard !== "full") return;
  for (const side of [1, -1]) {
    const ear = new Vector3(side * (HEAD.x - 0.01), 0.02, 0.04);
    addRod(batch, Matrix.Identity(), ear, new Vector3(side * 0.11, -0.15, 0.11), [0.026, 0.05], hairColor, 8);
  }
}
