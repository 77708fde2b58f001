import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Scene } from "@babylonjs/core/scene.js";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import type { Quality } from "../quality.ts";
import { addAir } from "./air.ts";
import { addGround } from "./ground.ts";
import { addLights, type Lights } from "./lights.ts";
import { registerFeatures } from "./register-features.ts";
import { createMaterials, type Materials } from "./materials.ts";
import { addSky } from "./sky.ts";
import { buildVillage } from "./village/build-village.ts";

export interface Night {
  readonly scene: Scene;
  readonly materials: Materials;
  readonly lights: Lights;
}

const SHADOWLESS = new Set(["village-glow", "village-window", "village-clock", "village-sign"]);

/** The village square on a clear night, without people. */
export function createNight(engine: AbstractEngine, quality: Quality): Night {
  registerFeatures();
  const scene = new Scene(engine);
  scene.clearColor = new Color4(0.1, 0.15, 0.3, 1);
  scene.ambientColor = Color3.Black();
  scene.fogMode = Scene.FOGMODE_EXP2;
  scene.fogDensity = 0.0135;
  scene.fogColor = new Color3(0.19, 0.26, 0.46);
  scene.skipPointerMovePicking = true;
  const materials = createMaterials(scene, quality);
  const village = buildVillage(materials, scene);
  const lights = addLights(scene, quality, village.lanterns);
  addGround(scene, materials);
  for (const mesh of village.meshes) {
    mesh.receiveShadows = !SHADOWLESS.has(mesh.name);
    if (mesh.receiveShadows) lights.shadows.addShadowCaster(mesh);
  }
  addSky(scene, quality.textureSize);
  addAir(scene, quality, village);
  return { scene, materials, lights };
}
