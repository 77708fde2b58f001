import { Vector3, type Matrix } from "@babylonjs/core/Maths/math.vector.js";
import { between, type Random } from "../../seeded.ts";
import { addGrid, type Batch, type Rgb } from "../geometry/batch.ts";
import { scaled } from "../geometry/color.ts";

/** Height of a roof for each metre of half its span. */
export const RISE = 1.25;

const OVERHANG = 0.55;
const STEPS = 7;
const SHINGLE_METRES = 2.2;
const THICKNESS = 0.16;

/** A steep roof with its ridge along z, sagging with age and flaring at the eaves. */
export function addRoof(
  batch: Batch,
  frame: Matrix,
  [span, rise, length]: readonly [number, number, number],
  color: Rgb,
  random: Random,
): void {
  const sag = between(random, 0.1, 0.25);
  const long = length + OVERHANG * 2;
  const slope = Math.hypot(span / 2, rise);
  for (const side of [1, -1]) {
    /** `down` 0 at the ridge, 1 at the eaves; `t` 0..1 along the ridge. */
    const surface = (down: number, t: number, lift: number) => {
      const across = (span / 2 + OVERHANG * 0.9) * down;
      const flare = 0.32 * down ** 4;
      const y =
        rise * (1 - across / (span / 2)) + flare + lift - sag * Math.sin(Math.PI * t) * (1 - down * 0.6);
      return new Vector3(side * across, y + 0.05, (t - 0.5) * long);
    };
    const normal = new Vector3(side * rise, span / 2, 0).normalize();
    const grid = (lift: number, facing: Vector3, shade: number) =>
      addGrid(batch, frame, STEPS, STEPS, (row, column) => {
        const [down, t] = [row / (STEPS - 1), column / (STEPS - 1)];
        const u = (t * long) / SHINGLE_METRES;
        const v = -(down * slope) / SHINGLE_METRES;
        return {
          position: surface(down, t, lift),
          normal: facing,
          u,
          v,
          color: scaled(color, shade - down * 0.12),
        };
      });
    grid(THICKNESS, normal, 1);
    grid(0, normal.scale(-1), 0.45);
    addRim(batch, frame, surface, color, side);
  }
}

type RoofSurface = (down: number, t: number, lift: number) => Vector3;

/** Boards that close the edges between the two skins of the roof. */
function addRim(batch: Batch, frame: Matrix, surface: RoofSurface, color: Rgb, side: number): void {
  const shade = scaled(color, 0.5);
  const strip = (normal: Vector3, at: (step: number) => readonly [number, number]) =>
    addGrid(batch, frame, 2, STEPS, (row, column) => {
      const [down, t] = at(column / (STEPS - 1));
      return {
        position: surface(down, t, row * THICKNESS),
        normal,
        u: column / STEPS,
        v: row * 0.1,
        color: shade,
      };
    });
  strip(new Vector3(side, 0.2, 0).normalize(), (step) => [1, step]);
  strip(Vector3.Forward(), (step) => [step, 1]);
  strip(Vector3.Backward(), (step) => [step, 0]);
}
