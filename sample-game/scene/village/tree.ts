import { Vector3, type Matrix } from "@babylonjs/core/Maths/math.vector.js";
import { between, seeded, type Random } from "../../seeded.ts";
import { addGrid, along, place, type Batch, type Rgb } from "../geometry/batch.ts";
import { mixed, rgb, scaled } from "../geometry/color.ts";
import { addRod } from "../geometry/solids.ts";
import type { TreePlan } from "../layout.ts";
import type { Batches } from "./batches.ts";

const BARK = rgb("#5c4836");
const LEAF = rgb("#4f7048");
const AUTUMN = rgb("#a87a3a");

/** A broad tree: a forked trunk under clouds of leaves. */
export function addTree(batches: Batches, { x, z, height, seed }: TreePlan): void {
  const random = seeded(seed * 131);
  const frame = place(x, 0, z, random() * 6);
  const fork = new Vector3(between(random, -0.3, 0.3), height * 0.38, between(random, -0.3, 0.3));
  addRod(batches.timber, frame, new Vector3(0, -0.1, 0), fork, [0.42, 0.26], BARK, 10);
  for (let root = 0; root < 5; root++) {
    const angle = root * 1.3;
    const foot = new Vector3(Math.cos(angle) * 0.75, -0.08, Math.sin(angle) * 0.75);
    addRod(batches.timber, frame, new Vector3(0, 0.5, 0), foot, [0.26, 0.1], scaled(BARK, 0.85), 6);
  }
  const hue = mixed(LEAF, AUTUMN, random() * 0.8);
  for (let branch = 0; branch < 7; branch++) {
    const angle = branch * 2.4 + random();
    const reach = (branch === 0 ? 0.05 : between(random, 0.2, 0.34)) * height;
    const tip = new Vector3(
      Math.cos(angle) * reach,
      height * between(random, 0.6, 0.86),
      Math.sin(angle) * reach,
    );
    addRod(batches.timber, frame, fork, tip, [0.18, 0.06], BARK, 6);
    addLeafCloud(batches.leaves, frame, tip, height * between(random, 0.17, 0.24), hue, random);
  }
}

const CARDS = 60;

/** Leaf cards on a ball; their normals point out of it, so that it is shaded like a soft round body. */
function addLeafCloud(
  batch: Batch,
  frame: Matrix,
  centre: Vector3,
  radius: number,
  hue: Rgb,
  random: Random,
): void {
  for (let card = 0; card < CARDS; card++) {
    const up = 1 - (2 * (card + 0.5)) / CARDS;
    const angle = card * 2.39996;
    const flat = Math.sqrt(1 - up * up);
    const out = new Vector3(flat * Math.cos(angle), up * 0.8, flat * Math.sin(angle));
    const at = centre.add(out.scale(radius * between(random, 0.75, 1.05)));
    const tilted = out.add(new Vector3(random() - 0.5, random() - 0.5, random() - 0.5)).normalize();
    const size = radius * between(random, 0.5, 0.75);
    const color = scaled(hue, (0.65 + 0.4 * (up * 0.5 + 0.5)) * between(random, 0.8, 1.15));
    addGrid(batch, along(at, at.add(tilted), frame), 2, 2, (row, column) => ({
      position: new Vector3((column - 0.5) * size * 2, 0, (row - 0.5) * size * 2),
      // In the card's frame y is its own normal; the ball's normal is close enough to it.
      normal: Vector3.Up(),
      u: column,
      v: row,
      color,
    }));
  }
}
