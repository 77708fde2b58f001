import { ClusteredLightContainer } from "@babylonjs/core/Lights/Clustered/clusteredLightContainer.js";
import { DirectionalLight } from "@babylonjs/core/Lights/directionalLight.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { PointLight } from "@babylonjs/core/Lights/pointLight.js";
import { RenderTargetTexture } from "@babylonjs/core/Materials/Textures/renderTargetTexture.js";
import { ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Scene } from "@babylonjs/core/scene.js";
import type { Quality } from "../quality.ts";
import type { Spot } from "./layout.ts";

const MOONLIGHT = new Color3(0.5, 0.62, 0.95);
const LANTERN_LIGHT = new Color3(1, 0.63, 0.3);
const LANTERN_RANGE = 10;
/** The lantern that the traveller carries. */
const CARRIED_RANGE = 7;
const CARRIED_HEIGHT = 1.9;
const CARRIED_ASIDE = 0.7;
/** Half the side of the ground that the moon's shadows cover. */
const SHADOW_REACH = 23;
/** Lights that every shader can take; more need the clustered container. */
const FORWARD_LIGHTS = 4;

export interface Lights {
  readonly shadows: ShadowGenerator;
  /** Lets the flames move; where they are few, those nearest to the viewer burn. */
  update(seconds: number, viewer: Spot): void;
}

/** Moon with shadows, sky light, and a flame in each lantern as far as quality goes. */
export function addLights(scene: Scene, quality: Quality, lanterns: readonly Vector3[]): Lights {
  const sky = new HemisphericLight("sky-light", new Vector3(0.1, 1, 0.2), scene);
  sky.diffuse = new Color3(0.36, 0.43, 0.66);
  sky.groundColor = new Color3(0.13, 0.1, 0.15);
  sky.specular = Color3.Black();
  sky.intensity = 0.5 * quality.ambient;
  const updateFlames = addFlames(scene, quality.lanternLights, lanterns);
  const carried = addFlame("carried-flame", Vector3.Zero(), scene);
  carried.range = CARRIED_RANGE;
  return {
    shadows: addMoonlight(scene, quality),
    update(seconds, viewer) {
      updateFlames(seconds, viewer);
      carried.position.set(viewer.x + CARRIED_ASIDE, CARRIED_HEIGHT, viewer.z - CARRIED_ASIDE);
      carried.intensity = FLAME * 0.9 * flickerAt(seconds, lanterns.length);
    },
  };
}

function addMoonlight(scene: Scene, quality: Quality): ShadowGenerator {
  const moon = new DirectionalLight("moonlight", new Vector3(-0.62, -1, -0.42).normalize(), scene);
  moon.position = new Vector3(24, 40, 17);
  moon.diffuse = MOONLIGHT;
  moon.specular = MOONLIGHT.scale(1.4);
  moon.intensity = 0.4 * quality.ambient;
  moon.autoUpdateExtends = false;
  moon.autoCalcShadowZBounds = false;
  moon.orthoLeft = moon.orthoBottom = -SHADOW_REACH;
  moon.orthoRight = moon.orthoTop = SHADOW_REACH;
  moon.shadowMinZ = 5;
  moon.shadowMaxZ = 90;
  const shadows = new ShadowGenerator(quality.shadowMapSize, moon);
  shadows.usePercentageCloserFiltering = true;
  shadows.bias = 0.004;
  shadows.normalBias = 0.02;
  shadows.setDarkness(0.1);
  const map = shadows.getShadowMap();
  if (map && !quality.movingShadows) map.refreshRate = RenderTargetTexture.REFRESHRATE_RENDER_ONCE;
  return shadows;
}

const FLAME = 1.15;
/** Metres over which a flame fades that is about to move to another lantern. */
const FADE = 3;

function addFlame(name: string, position: Vector3, scene: Scene): PointLight {
  const flame = new PointLight(name, position.clone(), scene);
  flame.diffuse = LANTERN_LIGHT;
  flame.specular = LANTERN_LIGHT.scale(0.45);
  flame.intensity = FLAME;
  flame.range = LANTERN_RANGE;
  return flame;
}

function addFlames(scene: Scene, count: number, lanterns: readonly Vector3[]): Lights["update"] {
  const flames = lanterns
    .slice(0, count)
    .map((position, index) => addFlame(`flame-${index}`, position, scene));
  if (flames.length > FORWARD_LIGHTS && new ClusteredLightContainer("flames", flames, scene).isSupported) {
    return (seconds) => flames.forEach((flame, i) => (flame.intensity = FLAME * flickerAt(seconds, i)));
  }
  for (const flame of flames.splice(FORWARD_LIGHTS)) flame.dispose();
  return (seconds, viewer) => lendFlames(flames, lanterns, seconds, viewer);
}

/** Few flames burn where the viewer is; each is dark when it goes to another lantern. */
function lendFlames(
  flames: readonly PointLight[],
  lanterns: readonly Vector3[],
  seconds: number,
  viewer: Spot,
): void {
  const byDistance = lanterns
    .map((position, index) => ({
      position,
      index,
      away: Math.hypot(position.x - viewer.x, position.z - viewer.z),
    }))
    .toSorted((a, b) => a.away - b.away);
  const unlit = byDistance[flames.length]?.away ?? Infinity;
  flames.forEach((flame, i) => {
    const { position, index, away } = byDistance[i]!;
    flame.position.copyFrom(position);
    flame.intensity = FLAME * flickerAt(seconds, index) * Math.min(1, (unlit - away) / FADE);
  });
}

/** Brightness of a flame about 1: slow breathing with a quick tremble. */
function flickerAt(seconds: number, index: number): number {
  const slow = Math.sin(seconds * 2.3 + index * 1.7) * 0.05;
  const quick = Math.sin(seconds * 13 + index * 4.1) * Math.sin(seconds * 7.7 + index) * 0.06;
  return 1 + slow + quick;
}
