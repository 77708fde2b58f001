import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { seeded } from "../../seeded.ts";
import { place, type Rgb } from "../geometry/batch.ts";
import { rgb, scaled } from "../geometry/color.ts";
import { addBox, addLathe } from "../geometry/solids.ts";
import type { Spot } from "../layout.ts";
import type { Batches } from "./batches.ts";
import { addPicture, addWindow } from "./openings.ts";

const STONE = rgb("#a59c92");
const SLATE = rgb("#6d7c99");
const WIDTH = 4.6;
const SHAFT = 13;

/** The clock tower that looks over the roofs. */
export function addTower(batches: Batches, { x, z }: Spot): void {
  const frame = place(x, 0, z, 0.12 + Math.PI);
  const random = seeded(77);
  addBox(batches.masonry, frame, [WIDTH, SHAFT, WIDTH], STONE);
  for (const corner of [0, 1, 2, 3]) {
    const [side, front] = [corner % 2 ? 1 : -1, corner < 2 ? 1 : -1];
    addBox(
      batches.masonry,
      place((side * WIDTH) / 2, 0, (front * WIDTH) / 2, 0, frame),
      [0.8, SHAFT + 0.6, 0.8],
      scaled(STONE, 0.85),
    );
  }
  for (const y of [4.6, 12.6]) {
    addBox(batches.masonry, place(0, y, 0, 0, frame), [WIDTH + 0.8, 0.4, WIDTH + 0.8], scaled(STONE, 0.75));
  }
  for (let wall = 0; wall < 4; wall++) {
    const turn = (wall * Math.PI) / 2;
    const face = Matrix.Translation(0, 0, WIDTH / 2 + 0.06)
      .multiply(Matrix.RotationY(turn))
      .multiply(frame);
    addPicture(batches.clock, place(0, 8.7, 0.06, 0, face), [3, 3], [1.15, 1.05, 0.9]);
    addWindow(batches, place(0, 5.8, 0, 0, face), [0.8, 1.6], random, 1);
  }
  addBelfry(batches, place(0, SHAFT, 0, 0, frame));
}

/** Open arches with the bell in warm light, under a steep spire. */
function addBelfry(batches: Batches, frame: Matrix): void {
  for (const corner of [0, 1, 2, 3]) {
    const [side, front] = [corner % 2 ? 1 : -1, corner < 2 ? 1 : -1];
    addBox(batches.masonry, place(side * 1.9, 0, front * 1.9, 0, frame), [0.8, 3, 0.8], STONE);
  }
  const bell: Rgb = [1.1, 0.75, 0.32];
  addLathe(
    batches.glow,
    place(0, 1, 0, 0, frame),
    [
      [0.85, 0],
      [0.7, 0.25],
      [0.5, 0.8],
      [0.3, 1.2],
      [0.02, 1.35],
    ],
    scaled(bell, 0.7),
  );
  addBox(batches.masonry, place(0, 3, 0, 0, frame), [WIDTH + 0.9, 0.4, WIDTH + 0.9], scaled(STONE, 0.7));
  const spire = [3.5, 2.5, 1.75, 1.1, 0.5, 0.02].map((radius, step) => [radius, 3.4 + step * 1.5] as const);
  addLathe(batches.shingles, place(0, 0, 0, Math.PI / 4, frame), spire, SLATE, {
    segments: 4,
    textureMetres: 2.2,
  });
  addLathe(
    batches.cloth,
    place(0, 10.7, 0, 0, frame),
    [
      [0.05, 0],
      [0.05, 1.2],
      [0.22, 1.4],
      [0.02, 1.65],
    ],
    rgb("#c9a24a"),
    { segments: 8 },
  );
}

/** A stone arch over the southern road. */
export function addGate(batches: Batches, { x, z }: Spot): void {
  const frame = place(x, 0, z);
  for (const side of [1, -1]) {
    addBox(batches.masonry, place(side * 3.2, 0, 0, 0, frame), [1.8, 5.6, 2], STONE);
    const roof = [1.7, 1.25, 0.7, 0.02].map((radius, step) => [radius, 5.6 + step * 0.8] as const);
    addLathe(batches.shingles, place(side * 3.2, 0, 0, Math.PI / 4, frame), roof, SLATE, { segments: 4 });
  }
  const stones = 11;
  for (let i = 0; i < stones; i++) {
    const angle = Math.PI * ((i + 0.5) / stones);
    const at = new Vector3(Math.cos(angle) * 2.5, 2.6 + Math.sin(angle) * 1.9, 0);
    const wedge = Matrix.RotationZ(angle - Math.PI / 2)
      .multiply(Matrix.Translation(at.x, at.y, at.z))
      .multiply(frame);
    addBox(batches.masonry, wedge, [0.78, 0.85, 1.6], scaled(STONE, i % 2 ? 0.9 : 1.05));
  }
  addBox(batches.masonry, place(0, 5, 0, 0, frame), [4.8, 0.7, 1.5], scaled(STONE, 0.9));
}
