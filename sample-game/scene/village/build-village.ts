import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { place } from "../geometry/batch.ts";
import {
  BEFORE_MIRROR,
  facing,
  FESTOONS,
  GATE,
  HOUSES,
  INN,
  LANTERN_POSTS,
  MIRROR,
  STALLS,
  TOWER,
  TREES,
  WELL,
} from "../layout.ts";
import type { Materials } from "../materials.ts";
import { buildBatches, createBatches, type Batches } from "./batches.ts";
import { addFestoon } from "./festoon.ts";
import { addBench, addInnSign, addStores, addTable } from "./furniture.ts";
import { addHouse } from "./house.ts";
import { addLantern, addLanternPost } from "./lantern.ts";
import { addMirrorFrame } from "./mirror-frame.ts";
import { STALL_LANTERN, addStall } from "./stall.ts";
import { addGate, addTower } from "./tower.ts";
import { addTree } from "./tree.ts";
import { WELL_LANTERN_HEIGHT, addWell } from "./well.ts";

export interface Village {
  readonly meshes: readonly Mesh[];
  /** Where light comes from, those that matter most first. */
  readonly lanterns: readonly Vector3[];
  /** Small lamps that glow and light nothing. */
  readonly lamps: readonly Vector3[];
  /** Mouths of the chimneys. */
  readonly chimneys: readonly Vector3[];
}

/** Everything that stands still. */
export function buildVillage(materials: Materials, scene: Scene): Village {
  const batches = createBatches();
  const chimneys = HOUSES.map((plan) => addHouse(batches, plan));
  addTower(batches, TOWER);
  addGate(batches, GATE);
  addWell(batches, WELL);
  addMirrorFrame(batches, place(MIRROR.x, 0, MIRROR.z, facing(MIRROR, BEFORE_MIRROR)));
  for (const tree of TREES) addTree(batches, tree);
  addFurniture(batches);
  const lamps = FESTOONS.flatMap((festoon) => addFestoon(batches, ...festoon));
  const lanterns = addLanterns(batches);
  return { meshes: buildBatches(batches, materials, scene), lanterns, lamps, chimneys };
}

function addFurniture(batches: Batches): void {
  addTable(batches, { x: -2.6, z: 13.2 });
  addTable(batches, { x: 5.6, z: 13 });
  addBench(batches, place(7.2, 0, -8.2, 0), 1.8);
  addBench(batches, place(-2.6, 0, 14.3, 0), 1.6);
  addStores(batches);
}

const INN_FRONT = place(INN.x, 0, INN.z, INN.turn);

function addLanterns(batches: Batches): Vector3[] {
  const well = new Vector3(WELL.x, WELL_LANTERN_HEIGHT, WELL.z);
  addLantern(batches, place(well.x, well.y, well.z));
  const posts = LANTERN_POSTS.map((spot) => addLanternPost(batches, spot));
  const stalls = STALLS.map((plan, index) => {
    addStall(batches, plan, index);
    const frame = place(
      STALL_LANTERN.x,
      STALL_LANTERN.y,
      STALL_LANTERN.z,
      0,
      place(plan.x, 0, plan.z, plan.turn),
    );
    addLantern(batches, frame, 0.8);
    return Vector3.TransformCoordinates(Vector3.Zero(), frame);
  });
  const front = INN.depth / 2 + 0.1;
  addInnSign(batches, place(-2.4, 4.6, front + 0.4, 0, INN_FRONT));
  const doorFrames = [-1.3, 1.3].map((x) => place(x, 2.15, front + 0.25, 0, INN_FRONT));
  for (const frame of doorFrames) addLantern(batches, frame, 0.9);
  const door = Vector3.TransformCoordinates(Vector3.Zero(), doorFrames[0]!);
  const [first, second, third, ...others] = posts;
  return [well, door, first!, ...stalls, second!, third!, ...others];
}
