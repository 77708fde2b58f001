import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { addGrid, buildMesh, createBatch, type Rgb } from "./geometry/batch.ts";
import { mixed, rgb, scaled } from "./geometry/color.ts";
import { WELL } from "./layout.ts";
import type { Materials } from "./materials.ts";
import { cloudNoise, smoothstep } from "./paint/noise.ts";

const SIZE = 120;
const CELLS = 80;
const TEXTURE_METRES = 3.4;

const STONE = rgb("#cfc8c4");
const WORN = rgb("#f4ead8");
const DAMP = rgb("#6f7f78");

/** Cobbles, worn where people walk, damp and mossy towards the walls. */
export function addGround(scene: Scene, materials: Materials): Mesh {
  const batch = createBatch();
  const patches = cloudNoise(71, 10);
  addGrid(batch, Matrix.Identity(), CELLS + 1, CELLS + 1, (row, column) => {
    // Denser in the middle, where people look.
    const [x, z] = [column, row].map((step) => {
      const t = (step / CELLS) * 2 - 1;
      return Math.sign(t) * Math.abs(t) ** 1.6 * (SIZE / 2);
    }) as [number, number];
    return {
      position: new Vector3(x, 0, z),
      normal: Vector3.Up(),
      u: x / TEXTURE_METRES,
      v: z / TEXTURE_METRES,
      color: tint(x, z, patches(x / SIZE + 0.5, z / SIZE + 0.5)),
    };
  });
  const mesh = buildMesh("ground", batch, materials.cobbles, scene);
  mesh.receiveShadows = true;
  mesh.freezeWorldMatrix();
  return mesh;
}

function tint(x: number, z: number, patch: number): Rgb {
  const fromWell = Math.hypot(x - WELL.x, z - WELL.z);
  const road = Math.max(smoothstep(3.4, 1.2, Math.abs(x)), smoothstep(3, 1, Math.abs(z - 0.5)));
  const worn = mixed(STONE, WORN, Math.max(road * 0.8, smoothstep(4.6, 3.2, fromWell)));
  const damp = smoothstep(11, 19, Math.hypot(x, z)) * 0.7 + smoothstep(0.55, 0.75, patch) * 0.45;
  const kerb = Math.abs(fromWell - 4.3) < 0.3 ? 0.75 : 1;
  return scaled(mixed(worn, DAMP, Math.min(1, damp)), kerb * (0.75 + 0.4 * patch));
}
