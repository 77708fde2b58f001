import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { between, pick, seeded, type Random } from "../../seeded.ts";
import { addGrid, place, type Rgb } from "../geometry/batch.ts";
import { rgb, scaled } from "../geometry/color.ts";
import { addBeam, addBox, addEllipsoid, addLathe } from "../geometry/solids.ts";
import type { StallPlan } from "../layout.ts";
import type { Batches } from "./batches.ts";
import { addBarrel, addCrate } from "./well.ts";

const WOOD = rgb("#6a4c34");
const WIDTH = 3;
const DEPTH = 1.5;

/** Where the lantern of a stall hangs, in its own frame. */
export const STALL_LANTERN = new Vector3(0, 1.95, 0.35);

/** A market stall, its counter to +z, keeper behind it at -z. */
export function addStall(batches: Batches, plan: StallPlan, seed: number): void {
  const frame = place(plan.x, 0, plan.z, plan.turn);
  const random = seeded(seed * 31 + 5);
  for (const side of [1, -1]) {
    const x = (side * WIDTH) / 2;
    addBeam(batches.timber, frame, new Vector3(x, 0, DEPTH / 2), new Vector3(x, 2.25, DEPTH / 2), 0.1, WOOD);
    addBeam(
      batches.timber,
      frame,
      new Vector3(x, 0, -DEPTH / 2),
      new Vector3(x, 2.85, -DEPTH / 2),
      0.1,
      WOOD,
    );
  }
  addBox(batches.timber, place(0, 0.82, 0.35, 0, frame), [WIDTH + 0.1, 0.09, 0.95], scaled(WOOD, 1.25), 0.9);
  addBox(batches.timber, place(0, 0.1, 0.7, 0, frame), [WIDTH - 0.1, 0.72, 0.06], scaled(WOOD, 0.75), 0.9);
  addAwning(batches, frame, plan.awning);
  addGoods(batches, place(0, 0.92, 0.4, 0, frame), plan.goods, random);
  addCrate(batches, place(WIDTH / 2 + 0.5, 0, 0.3, 0.3, frame), 0.55);
  addBarrel(batches, place(-WIDTH / 2 - 0.5, 0, 0.1, 0, frame));
}

const STRIPES = 10;

/** Striped cloth that sags between the posts, with a scalloped edge in front. */
function addAwning(batches: Batches, frame: Matrix, [dark, light]: readonly [Rgb, Rgb]): void {
  const surface = (x: number, t: number) => {
    const sag = 0.09 * Math.sin(Math.PI * t) + 0.05 * Math.cos((x / WIDTH) * 4 * Math.PI);
    return new Vector3(x, 2.9 - 0.75 * t - sag, -DEPTH / 2 - 0.15 + t * (DEPTH + 0.75));
  };
  const wide = WIDTH + 0.5;
  for (let stripe = 0; stripe < STRIPES; stripe++) {
    const color = stripe % 2 ? light : dark;
    const xAt = (share: number) => ((stripe + share) / STRIPES - 0.5) * wide;
    for (const [lift, normal] of [
      [0.015, new Vector3(0, 0.93, 0.36)],
      [0, new Vector3(0, -0.93, -0.36)],
    ] as const) {
      addGrid(batches.cloth, frame, 6, 3, (row, column) => ({
        position: surface(xAt(column / 2), row / 5).addInPlaceFromFloats(0, lift, 0),
        normal,
        u: 0,
        v: 0,
        color: scaled(color, 0.8 + 0.2 * (row / 5)),
      }));
    }
    for (const [side, lift] of [
      [1, 0.01],
      [-1, 0],
    ] as const) {
      addGrid(batches.cloth, frame, 3, 5, (row, column) => {
        const share = column / 4;
        const drop = (0.1 + 0.14 * Math.sin(Math.PI * share)) * row;
        return {
          position: surface(xAt(share), 1).addInPlaceFromFloats(0, -drop, lift + 0.01),
          normal: new Vector3(0, 0, side),
          u: 0,
          v: 0,
          color: scaled(color, 0.95),
        };
      });
    }
  }
}

const FRUIT = ["#b8322c", "#d6882a", "#7f9a35", "#8c3a68", "#d9b23c"].map(rgb);
const POTIONS: readonly Rgb[] = [
  [0.25, 1.3, 0.9],
  [1.2, 0.35, 1],
  [0.35, 0.7, 1.5],
  [1.3, 0.8, 0.2],
];

/** Wares on the counter; the origin is the middle of its top. */
function addGoods(batches: Batches, frame: Matrix, goods: StallPlan["goods"], random: Random): void {
  const scatter = (count: number, add: (at: Matrix, index: number) => void) => {
    for (let i = 0; i < count; i++) {
      const x = ((i + 0.5) / count - 0.5) * (WIDTH - 0.4);
      add(place(x, 0, between(random, -0.25, 0.25), random() * 6, frame), i);
    }
  };
  if (goods === "fruit") {
    scatter(5, (at, tray) => addTray(batches, at, FRUIT[tray]!, random));
  } else if (goods === "bread") {
    scatter(14, (at) => {
      const crust = scaled(rgb("#c98a45"), between(random, 0.75, 1.1));
      addEllipsoid(batches.cloth, place(0, 0.09, 0, 0, at), [0.2, 0.1, 0.12], crust, 10);
    });
  } else if (goods === "potions") {
    scatter(13, (at) => addBottle(batches, at, pick(random, POTIONS), between(random, 0.8, 1.3)));
  } else {
    scatter(12, (at) => {
      const scales = scaled(rgb("#9fb3c4"), between(random, 0.7, 1.1));
      addEllipsoid(batches.cloth, place(0, 0.06, 0, 0, at), [0.24, 0.05, 0.08], scales, 8);
    });
  }
}

function addTray(batches: Batches, frame: Matrix, color: Rgb, random: Random): void {
  for (let i = 0; i < 16; i++) {
    const ring = i < 10 ? 0 : 1;
    const angle = i * 2.4;
    const radius = Math.sqrt((i % 10) / 10) * (0.26 - ring * 0.1);
    const at = place(Math.cos(angle) * radius, 0.08 + ring * 0.11, Math.sin(angle) * radius, 0, frame);
    addEllipsoid(batches.cloth, at, [0.08, 0.08, 0.08], scaled(color, between(random, 0.8, 1.15)), 7);
  }
}

function addBottle(batches: Batches, frame: Matrix, glow: Rgb, size: number): void {
  const profile = [
    [0.02, 0],
    [0.1, 0.02],
    [0.11, 0.14],
    [0.04, 0.22],
    [0.035, 0.32],
  ].map(([radius, y]) => [radius! * size, y! * size] as const);
  addLathe(batches.glow, frame, profile, scaled(glow, 0.7), { segments: 10 });
  addEllipsoid(batches.cloth, place(0, 0.34 * size, 0, 0, frame), [0.04, 0.04, 0.04], rgb("#8a6a45"), 6);
}
