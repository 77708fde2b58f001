import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { addGrid, buildMesh, createBatch } from "../scene/geometry/batch.ts";
import { createCanvas, textureOf } from "../scene/paint/relief.ts";
import { Position } from "./components.ts";

const SIZE = 1.15;

/** A soft dark spot under everybody, so that they stand on the ground at any quality. */
export function createFootShadows(scene: Scene, eids: readonly number[]): () => void {
  const batch = createBatch();
  addGrid(batch, Matrix.Identity(), 2, 2, (row, column) => ({
    position: new Vector3((column - 0.5) * SIZE, 0.02, (row - 0.5) * SIZE),
    normal: Vector3.Up(),
    u: column,
    v: row,
    color: [1, 1, 1],
  }));
  const mesh: Mesh = buildMesh("foot-shadows", batch, spotMaterial(scene), scene);
  mesh.alwaysSelectAsActiveMesh = true;
  const matrices = new Float32Array(eids.length * 16);
  eids.forEach((_, index) => Matrix.Identity().copyToArray(matrices, index * 16));
  mesh.thinInstanceSetBuffer("matrix", matrices, 16, false);
  return () => {
    eids.forEach((eid, index) => {
      matrices[index * 16 + 12] = Position.x[eid]!;
      matrices[index * 16 + 14] = Position.z[eid]!;
    });
    mesh.thinInstanceBufferUpdated("matrix");
  };
}

function spotMaterial(scene: Scene): StandardMaterial {
  const { canvas, context } = createCanvas(64, 64);
  const spot = context.createRadialGradient(32, 32, 4, 32, 32, 32);
  spot.addColorStop(0, "rgba(0, 0, 0, 0.75)");
  spot.addColorStop(0.45, "rgba(0, 0, 0, 0.4)");
  spot.addColorStop(1, "rgba(0, 0, 0, 0)");
  context.fillStyle = spot;
  context.fillRect(0, 0, 64, 64);
  const texture = textureOf("foot-shadow", canvas, scene);
  texture.hasAlpha = true;
  const material = new StandardMaterial("foot-shadow", scene);
  material.diffuseTexture = texture;
  material.useAlphaFromDiffuseTexture = true;
  material.disableLighting = true;
  material.emissiveColor = new Color3(0.02, 0.02, 0.04);
  material.zOffset = -1;
  return material;
}
