import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Material } from "@babylonjs/core/Materials/material.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { MorphTarget } from "@babylonjs/core/Morph/morphTarget.js";
import { MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { addGrid, buildMesh, createBatch, type Rgb } from "../scene/geometry/batch.ts";
import {
  MOUTH_COLUMNS,
  MOUTH_ROWS,
  REST,
  VISEME_SHAPES,
  mouthColor,
  mouthPoint,
  type MouthShape,
} from "./mouth-shapes.ts";

/** Morph targets that may act at once: two in a cross-fade and their neighbours. */
const MAX_INFLUENCERS = 4;

/** A mouth with a morph target for each viseme, in the frame of a head of scale 1. */
export function createMouth(name: string, lips: Rgb, material: Material, scene: Scene): Mesh {
  const batch = createBatch();
  addGrid(batch, Matrix.Identity(), MOUTH_ROWS, MOUTH_COLUMNS, (row, column) => ({
    position: mouthPoint(REST, row, column),
    normal: Vector3.Forward(),
    u: 0,
    v: 0,
    color: mouthColor(lips, row, column),
  }));
  batch.normals.splice(0, batch.normals.length, ...normalsOf(batch.positions, batch.indices));
  const mesh = buildMesh(name, batch, material, scene);
  const manager = new MorphTargetManager(scene);
  for (const [viseme, shape] of Object.entries(VISEME_SHAPES)) {
    const target = new MorphTarget(viseme, 0, scene);
    const positions = positionsOf(shape);
    target.setPositions(positions);
    target.setNormals(normalsOf(positions, batch.indices));
    manager.addTarget(target);
  }
  // Otherwise each change of how many targets act compiles another shader.
  manager.numMaxInfluencers = MAX_INFLUENCERS;
  mesh.morphTargetManager = manager;
  return mesh;
}

function positionsOf(shape: MouthShape): Float32Array {
  const positions = new Float32Array(MOUTH_ROWS * MOUTH_COLUMNS * 3);
  for (let row = 0; row < MOUTH_ROWS; row++) {
    for (let column = 0; column < MOUTH_COLUMNS; column++) {
      mouthPoint(shape, row, column).toArray(positions, (row * MOUTH_COLUMNS + column) * 3);
    }
  }
  return positions;
}

function normalsOf(positions: ArrayLike<number>, indices: readonly number[]): Float32Array {
  const normals = new Float32Array(positions.length);
  VertexData.ComputeNormals(Float32Array.from(positions), [...indices], normals);
  return normals;
}
