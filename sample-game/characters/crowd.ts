import { addComponents, query, type World } from "bitecs";
import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { buildMesh, createBatch, place, type Batch } from "../scene/geometry/batch.ts";
import { rgb, scaled } from "../scene/geometry/color.ts";
import { addEllipsoid, addLathe } from "../scene/geometry/solids.ts";
import type { Materials } from "../scene/materials.ts";
import type { Spot } from "../scene/layout.ts";
import { between, pick, seeded, type Random } from "../seeded.ts";
import { Bystander, Gait, Goal, Heading, Position } from "./components.ts";
import { addPerson } from "./populate.ts";
import { KEPT_OFF, pushedOut } from "./move-people.ts";

const CLOTHES = ["#6b4a4a", "#4a5a6b", "#5a6b4a", "#7a6a4a", "#5d4a6b", "#41605f", "#8a5a3a", "#6f6a66"].map(
  rgb,
);

/** Figures further away than `within` metres move on every `every`th frame only. */
const PACE_OF_DETAIL = [
  { within: 9, every: 1 },
  { within: 16, every: 3 },
  { within: Infinity, every: 8 },
] as const;

export interface Crowd {
  readonly meshes: readonly Mesh[];
  readonly eids: readonly number[];
  /** Draws everybody where they are; those far away less often. */
  show(viewer: number, frame: number): void;
}

/** People in the background: two shapes drawn as instances, each a colour of its own. */
export function createCrowd(world: World, scene: Scene, materials: Materials, count: number): Crowd {
  const random = seeded(404);
  const eids = Array.from({ length: count }, () => addBystander(world, random));
  const shapes = [0, 1].map(
    (shape) => [gownOf(shape, scene, materials), faceOf(shape, scene, materials)] as const,
  );
  const halves = [eids.filter((_, i) => i % 2 === 0), eids.filter((_, i) => i % 2 === 1)];
  const matrices = halves.map((half) => new Float32Array(half.length * 16));
  shapes.forEach((parts, shape) => {
    const colors = halves[shape]!.flatMap(() => [
      ...scaled(pick(random, CLOTHES), between(random, 0.6, 1)),
      1,
    ]);
    for (const mesh of parts) mesh.thinInstanceSetBuffer("matrix", matrices[shape]!, 16, false);
    parts[0].thinInstanceSetBuffer("color", new Float32Array(colors), 4, true);
  });
  return {
    meshes: shapes.flat(),
    eids,
    show(viewer, frame) {
      halves.forEach((half, shape) => {
        half.forEach((eid, index) => drawBystander(eid, viewer, frame, index, matrices[shape]!));
        for (const mesh of shapes[shape]!) mesh.thinInstanceBufferUpdated("matrix");
      });
    },
  };
}

function addBystander(world: World, random: Random): number {
  const eid = addPerson(world, wanderingSpot(random), random() * 6.28, random());
  addComponents(world, eid, Bystander);
  Goal.pace[eid] = between(random, 0.5, 1);
  Goal.rest[eid] = random() * 12;
  return eid;
}

/** Somewhere at the rim of the square, where the shops are. */
function wanderingSpot(random: Random): Spot {
  const angle = random() * 2 * Math.PI;
  const radius = between(random, 7.5, 14.5);
  return pushedOut({ x: Math.sin(angle) * radius, z: Math.cos(angle) * radius }, KEPT_OFF);
}

/** Those who arrived look about for a while and then go somewhere else. */
export function wander(world: World, random: Random): void {
  for (const eid of query(world, [Bystander, Position, Goal, Gait])) {
    const left = Math.hypot(Goal.x[eid]! - Position.x[eid]!, Goal.z[eid]! - Position.z[eid]!);
    if (left > 0.6 || Goal.rest[eid]! > 0) continue;
    const { x, z } = wanderingSpot(random);
    Goal.x[eid] = x;
    Goal.z[eid] = z;
    Goal.rest[eid] = between(random, 2, 14);
  }
}

const scratch = { matrix: new Matrix(), turn: new Quaternion(), scale: new Vector3(), at: new Vector3() };

function drawBystander(
  eid: number,
  viewer: number,
  frame: number,
  index: number,
  matrices: Float32Array,
): void {
  const distance = Math.hypot(Position.x[eid]! - Position.x[viewer]!, Position.z[eid]! - Position.z[viewer]!);
  const { every } = PACE_OF_DETAIL.find(({ within }) => distance <= within)!;
  const isDrawn = matrices[index * 16 + 15] === 1;
  if (isDrawn && (frame + index) % every !== 0) return;
  const stride = Gait.stride[eid]!;
  const step = Math.min(1, Gait.speed[eid]! / 0.8);
  const size = 0.92 + Gait.habit[eid]! * 0.16;
  scratch.scale.set(size, size, size);
  Quaternion.RotationYawPitchRollToRef(
    Heading.angle[eid]!,
    0.05 * step,
    Math.sin(stride) * 0.06 * step,
    scratch.turn,
  );
  scratch.at.set(Position.x[eid]!, Math.abs(Math.sin(stride)) * 0.04 * step, Position.z[eid]!);
  Matrix.ComposeToRef(scratch.scale, scratch.turn, scratch.at, scratch.matrix);
  scratch.matrix.copyToArray(matrices, index * 16);
}

/** What is tinted: a gown, sleeves, and a hood or a hat. */
function gownOf(shape: number, scene: Scene, materials: Materials): Mesh {
  const batch = createBatch();
  const gown = shape === 0 ? 1.25 : 1;
  addLathe(
    batch,
    place(0, 0, 0),
    [
      [0.3 * gown, 0.03, [0.5, 0.5, 0.5]],
      [0.26 * gown, 0.4],
      [0.19, 0.85],
      [0.21, 1.12],
      [0.17, 1.3],
      [0.07, 1.38],
    ],
    [0.9, 0.9, 0.9],
    { segments: 12, depth: 0.8 },
  );
  for (const side of [1, -1]) {
    addEllipsoid(batch, place(side * 0.23, 1.04, 0.03, side * 0.1), [0.06, 0.27, 0.075], [0.8, 0.8, 0.8], 8);
  }
  if (shape === 0) {
    addEllipsoid(batch, place(0, 1.58, -0.045), [0.205, 0.225, 0.185], [0.75, 0.75, 0.75], 14);
  } else {
    addLathe(batch, place(0, 1.6, 0), HAT_PROFILE, [0.6, 0.6, 0.6], { segments: 14 });
  }
  return crowdMesh(`crowd-gown-${shape}`, batch, scene, materials);
}

const HAT_PROFILE = [
  [0.29, 0.02],
  [0.27, 0.05],
  [0.17, 0.07],
  [0.15, 0.19],
  [0.01, 0.23],
] as const;

/** What keeps its own colour: head and hands. */
function faceOf(shape: number, scene: Scene, materials: Materials): Mesh {
  const batch = createBatch();
  const skin = rgb(shape === 0 ? "#d9a27e" : "#a8714e");
  for (const side of [1, -1]) {
    addEllipsoid(batch, place(side * 0.25, 0.76, 0.07), [0.045, 0.05, 0.045], skin, 6);
    addEllipsoid(batch, place(side * 0.065, 1.57, 0.165), [0.022, 0.028, 0.015], [0.06, 0.05, 0.05], 6);
  }
  addEllipsoid(batch, place(0, 1.54, 0), [0.17, 0.2, 0.175], skin, 14);
  addEllipsoid(batch, place(0, 1.53, 0.18), [0.03, 0.032, 0.03], scaled(skin, 0.9), 6);
  return crowdMesh(`crowd-face-${shape}`, batch, scene, materials);
}

function crowdMesh(name: string, batch: Batch, scene: Scene, materials: Materials): Mesh {
  const mesh = buildMesh(name, batch, materials.people, scene);
  mesh.receiveShadows = true;
  mesh.alwaysSelectAsActiveMesh = true;
  return mesh;
}
