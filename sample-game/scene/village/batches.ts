import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { buildMesh, createBatch, type Batch } from "../geometry/batch.ts";
import { MATERIAL_NAMES, type MaterialName, type Materials } from "../materials.ts";

/** What stands still, gathered by material. */
export type Batches = Readonly<Record<MaterialName, Batch>>;

export function createBatches(): Batches {
  return Object.fromEntries(MATERIAL_NAMES.map((name) => [name, createBatch()])) as Record<
    MaterialName,
    Batch
  >;
}

/** One frozen mesh for each material that was used. */
export function buildBatches(batches: Batches, materials: Materials, scene: Scene): Mesh[] {
  return MATERIAL_NAMES.filter((name) => batches[name].indices.length > 0).map((name) => {
    const mesh = buildMesh(`village-${name}`, batches[name], materials[name], scene);
    mesh.freezeWorldMatrix();
    mesh.doNotSyncBoundingInfo = true;
    return mesh;
  });
}
