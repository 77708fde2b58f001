import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { between, seeded, type Random } from "../../seeded.ts";
import { place, type Rgb } from "../geometry/batch.ts";
import { mixed, rgb, scaled } from "../geometry/color.ts";
import { addBox, addPolygon } from "../geometry/solids.ts";
import type { HousePlan } from "../layout.ts";
import type { Batches } from "./batches.ts";
import { addRoof, RISE } from "./roof.ts";
import { addTimberFrame } from "./timber-frame.ts";
import { addDoor, addWindow } from "./openings.ts";

const STONE = rgb("#9a938c");
const BEAM = rgb("#4a3325");

const GROUND_FLOOR = 2.7;
const STOREY = 2.5;
/** Each storey stands out over the one below. */
const JETTY = 0.3;

interface Storey {
  readonly bottom: number;
  readonly height: number;
  readonly width: number;
  readonly depth: number;
}

function storeysOf({ width, depth, upper }: HousePlan): Storey[] {
  const floors = Array.from({ length: upper }, (_, index) => ({
    bottom: GROUND_FLOOR + index * STOREY,
    height: STOREY,
    width: width + (index + 1) * JETTY * 2,
    depth: depth + (index + 1) * JETTY * 2,
  }));
  return [{ bottom: 0, height: GROUND_FLOOR, width, depth }, ...floors];
}

/** A timber house, front to +z of its own frame. Gives the mouth of its chimney. */
export function addHouse(batches: Batches, plan: HousePlan): Vector3 {
  const random = seeded(plan.seed * 977);
  const frame = crooked(random).multiply(place(plan.x, 0, plan.z, plan.turn));
  const beam = mixed(BEAM, [0.2, 0.15, 0.13], random());
  const storeys = storeysOf(plan);
  for (const [index, storey] of storeys.entries()) {
    const inside = place(0, storey.bottom, 0, 0, frame);
    const size: [number, number, number] = [storey.width, storey.height, storey.depth];
    if (index === 0) {
      addBox(batches.masonry, inside, size, STONE);
      addGroundFloorOpenings(batches, inside, storey, random);
    } else {
      addBox(batches.plaster, inside, size, scaled(plan.wall, between(random, 0.85, 1)));
      addTimberFrame(batches.timber, inside, storey, beam, random);
      addJoists(batches, inside, storey, beam);
      addUpperWindows(batches, inside, storey, random);
    }
  }
  return addTop(batches, frame, plan, storeys.at(-1)!, beam, random);
}

/** Old houses lean a little. */
function crooked(random: Random): Matrix {
  const lean = Matrix.Identity();
  lean.setRowFromFloats(1, between(random, -0.03, 0.03), 1, between(random, -0.01, 0.03), 0);
  return lean;
}

function addJoists(batches: Batches, frame: Matrix, { width, depth }: Storey, beam: Rgb): void {
  const count = Math.round(width / 0.7);
  for (let i = 0; i < count; i++) {
    const x = ((i + 0.5) / count - 0.5) * width;
    addBox(batches.timber, place(x, -0.2, 0, 0, frame), [0.16, 0.2, depth + 0.12], scaled(beam, 0.8), 0.8);
  }
}

function addGroundFloorOpenings(
  batches: Batches,
  frame: Matrix,
  { width, depth }: Storey,
  random: Random,
): void {
  const doorAt = width > 9 ? 0 : between(random, -0.22, 0.22) * width;
  addDoor(batches, place(doorAt, 0, depth / 2, 0, frame), random);
  for (const x of [-0.33, 0.33]) {
    if (Math.abs(x * width - doorAt) < 1.1) continue;
    addWindow(batches, place(x * width, 0.95, depth / 2, 0, frame), [1, 1.2], random, 0.9);
  }
  for (const side of [1, -1]) {
    const frameSide = place((side * width) / 2, 0.95, 0, (side * Math.PI) / 2, frame);
    addWindow(batches, frameSide, [0.9, 1.1], random, 0.5);
  }
}

function addUpperWindows(batches: Batches, frame: Matrix, { width, depth }: Storey, random: Random): void {
  const count = width > 9 ? 4 : 2;
  for (let i = 0; i < count; i++) {
    const x = ((i + 0.5) / count - 0.5) * width * 0.86;
    addWindow(batches, place(x, 0.75, depth / 2, 0, frame), [0.95, 1.25], random, 0.75);
  }
  for (const side of [1, -1]) {
    for (const z of [-0.22, 0.22]) {
      const frameSide = place((side * width) / 2, 0.75, z * depth, (side * Math.PI) / 2, frame);
      addWindow(batches, frameSide, [0.85, 1.15], random, 0.5);
    }
  }
}

function addTop(
  batches: Batches,
  frame: Matrix,
  plan: HousePlan,
  top: Storey,
  beam: Rgb,
  random: Random,
): Vector3 {
  const quarter = plan.front === "eaves" ? Math.PI / 2 : 0;
  const [span, length] = plan.front === "eaves" ? [top.depth, top.width] : [top.width, top.depth];
  const roofFrame = place(0, top.bottom + top.height, 0, quarter, frame);
  const rise = (span / 2) * RISE;
  addGables(batches, roofFrame, [span, rise, length], plan.wall, beam, random);
  addRoof(batches.shingles, roofFrame, [span, rise, length], plan.roof, random);
  const chimneyFrame = place(span * 0.24, rise * 0.35, -length * 0.2, 0.1, roofFrame);
  const height = rise * 0.65 + 0.9;
  addBox(batches.masonry, chimneyFrame, [0.8, height, 0.8], scaled(STONE, 0.85));
  addBox(batches.masonry, place(0, height, 0, 0, chimneyFrame), [1, 0.22, 1], scaled(STONE, 0.7));
  return Vector3.TransformCoordinates(new Vector3(0, height + 0.4, 0), chimneyFrame);
}

/** The walls under the roof, with a window and a brace. */
function addGables(
  batches: Batches,
  frame: Matrix,
  [span, rise, length]: readonly [number, number, number],
  wall: Rgb,
  beam: Rgb,
  random: Random,
): void {
  for (const side of [1, -1]) {
    const gable = place(0, 0, (side * length) / 2, side > 0 ? 0 : Math.PI, frame);
    const corners = [new Vector3(-span / 2, 0, 0), new Vector3(span / 2, 0, 0), new Vector3(0, rise, 0)];
    addPolygon(batches.plaster, gable, corners, Vector3.Forward(), scaled(wall, 0.95));
    addBox(batches.timber, place(0, 0, 0, 0, gable), [span + 0.1, 0.2, 0.16], beam, 0.8);
    addBox(batches.timber, place(0, rise * 0.55, 0, 0, gable), [span * 0.45, 0.15, 0.14], beam, 0.8);
    for (const x of [-0.19, 0.19]) {
      addBox(batches.timber, place(x * span, 0, 0, 0, gable), [0.16, rise * 0.6, 0.14], beam, 0.8);
    }
    addWindow(batches, place(0, rise * 0.14, 0, 0, gable), [0.8, rise * 0.34], random, 0.65);
  }
}
