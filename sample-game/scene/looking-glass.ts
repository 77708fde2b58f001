import { ImageProcessingConfiguration } from "@babylonjs/core/Materials/imageProcessingConfiguration.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { MirrorTexture } from "@babylonjs/core/Materials/Textures/mirrorTexture.js";
import { RenderTargetTexture } from "@babylonjs/core/Materials/Textures/renderTargetTexture.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Plane } from "@babylonjs/core/Maths/math.plane.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh.js";
import type { Scene } from "@babylonjs/core/scene.js";
import type { Quality } from "../quality.ts";
import { buildMesh, createBatch, place } from "./geometry/batch.ts";
import { addPolygon } from "./geometry/solids.ts";
import { BEFORE_MIRROR, facing, MIRROR, type Spot } from "./layout.ts";
import { GLASS } from "./village/mirror-frame.ts";

/** From farther away the picture stands still. */
const MOVING_METRES = 7;

/** The glass of the standing mirror, in which people see themselves. */
export interface LookingGlass {
  /** Once a frame. */
  update(viewer: Spot): void;
}

/** @param near what is always seen in it; houses and sky only where quality has the time */
export function createLookingGlass(
  scene: Scene,
  quality: Quality,
  near: readonly AbstractMesh[],
): LookingGlass {
  const frame = place(MIRROR.x, 0, MIRROR.z, facing(MIRROR, BEFORE_MIRROR));
  const texture = new MirrorTexture("looking-glass", quality.mirrorSize, scene);
  const material = glassMaterial(scene, texture);
  const glass = buildMesh("looking-glass", glassBatch(frame), material, scene);
  const normal = Vector3.TransformNormal(Vector3.Forward(), frame);
  const middle = Vector3.TransformCoordinates(new Vector3(0, 1, 0), frame);
  texture.mirrorPlane = Plane.FromPositionAndNormal(middle, normal.scale(-1)); // what lies before it is kept
  texture.renderList = quality.mirrorsHouses ? scene.meshes.filter((mesh) => mesh !== glass) : near.slice();
  texture.clearColor = scene.clearColor.clone();
  return {
    update({ x, z }) {
      const isNear = Math.hypot(x - MIRROR.x, z - MIRROR.z) < MOVING_METRES;
      const rate = isNear
        ? RenderTargetTexture.REFRESHRATE_RENDER_ONEVERYFRAME
        : RenderTargetTexture.REFRESHRATE_RENDER_ONCE;
      if (texture.refreshRate !== rate) texture.refreshRate = rate;
    },
  };
}

function glassBatch(frame: Matrix) {
  const batch = createBatch();
  const half = GLASS.width / 2;
  const corners = [
    [-half, GLASS.above],
    [half, GLASS.above],
    [half, GLASS.above + GLASS.height],
    [-half, GLASS.above + GLASS.height],
  ].map(([x, y]) => new Vector3(x, y, 0));
  addPolygon(batch, frame, corners, Vector3.Forward(), [1, 1, 1]);
  return batch;
}

/** Shows its picture and nothing else; the picture is graded like everything in it. */
function glassMaterial(scene: Scene, texture: MirrorTexture): StandardMaterial {
  const material = new StandardMaterial("looking-glass", scene);
  material.disableLighting = true;
  material.reflectionTexture = texture;
  material.diffuseColor = Color3.Black();
  material.emissiveColor = new Color3(0.012, 0.016, 0.03); // old silver is never quite dark
  texture.level = 0.92;
  const ungraded = new ImageProcessingConfiguration();
  ungraded.isEnabled = false;
  material.imageProcessingConfiguration = ungraded;
  return material;
}
