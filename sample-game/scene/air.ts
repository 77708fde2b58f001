import { ParticleSystem } from "@babylonjs/core/Particles/particleSystem.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Sprite } from "@babylonjs/core/Sprites/sprite.js";
import { SpriteManager } from "@babylonjs/core/Sprites/spriteManager.js";
import type { Texture } from "@babylonjs/core/Materials/Textures/texture.js";
import type { Scene } from "@babylonjs/core/scene.js";
import type { Quality } from "../quality.ts";
import { haloPicture, puffPicture } from "./paint/pictures.ts";
import { textureOf } from "./paint/relief.ts";
import type { Village } from "./village/build-village.ts";

const ALPHA_ADD = 1;

/** Halos round flames, smoke over the roofs, mist on the ground and sparks in the air. */
export function addAir(scene: Scene, quality: Quality, village: Village): void {
  addHalos(scene, village);
  const puff = textureOf("puff", puffPicture(), scene);
  puff.hasAlpha = true;
  for (const chimney of village.chimneys.slice(0, 8)) addSmoke(scene, puff, chimney, quality.particles);
  addMist(scene, puff, quality.particles);
  addFireflies(scene, quality.particles);
}

function addHalos(scene: Scene, { lanterns, lamps }: Village): void {
  const manager = new SpriteManager("halos", "", lanterns.length + lamps.length, 128, scene);
  manager.texture = textureOf("halo", haloPicture(), scene);
  manager.blendMode = ALPHA_ADD;
  manager.disableDepthWrite = true;
  manager.fogEnabled = false;
  const add = (position: Vector3, size: number, color: Color4) => {
    const sprite = new Sprite("halo", manager);
    sprite.position = position;
    sprite.size = size;
    sprite.color = color;
  };
  for (const at of lanterns) add(at, 2.6, new Color4(0.62, 0.36, 0.13, 1));
  for (const at of lamps) add(at, 0.5, new Color4(0.34, 0.2, 0.09, 1));
}

interface Plume {
  readonly name: string;
  readonly texture: Texture;
  readonly count: number;
  readonly lifeSeconds: readonly [number, number];
  readonly size: readonly [number, number];
  readonly box: readonly [Vector3, Vector3];
  readonly drift: readonly [Vector3, Vector3];
  /** Colour at its fullest. */
  readonly color: Color4;
  readonly blendMode: number;
}

/** Particles that fade in and out while they drift. */
function addPlume(scene: Scene, plume: Plume, emitter: Vector3): ParticleSystem {
  const system = new ParticleSystem(plume.name, Math.ceil(plume.count), scene);
  system.particleTexture = plume.texture;
  system.emitter = emitter;
  [system.minEmitBox, system.maxEmitBox] = plume.box;
  [system.direction1, system.direction2] = plume.drift;
  [system.minLifeTime, system.maxLifeTime] = plume.lifeSeconds;
  [system.minSize, system.maxSize] = plume.size;
  system.emitRate = plume.count / plume.lifeSeconds[1];
  system.minEmitPower = system.maxEmitPower = 1;
  system.minAngularSpeed = -0.15;
  system.maxAngularSpeed = 0.15;
  system.maxInitialRotation = 6.3;
  system.blendMode = plume.blendMode;
  const { r, g, b, a } = plume.color;
  system.addColorGradient(0, new Color4(r, g, b, 0));
  system.addColorGradient(0.25, new Color4(r, g, b, a));
  system.addColorGradient(0.6, new Color4(r, g, b, a * 0.8));
  system.addColorGradient(1, new Color4(r, g, b, 0));
  // So that the air is full when the curtain rises.
  system.preWarmCycles = 90;
  system.preWarmStepOffset = Math.ceil((plume.lifeSeconds[1] * 60) / 90);
  system.start();
  return system;
}

function addSmoke(scene: Scene, texture: Texture, chimney: Vector3, share: number): void {
  const system = addPlume(
    scene,
    {
      name: "smoke",
      texture,
      count: 26 * share,
      lifeSeconds: [6, 10],
      size: [0.8, 1.2],
      box: [new Vector3(-0.1, 0, -0.1), new Vector3(0.1, 0, 0.1)],
      drift: [new Vector3(0.25, 0.55, -0.1), new Vector3(0.5, 0.75, 0.15)],
      color: new Color4(0.42, 0.47, 0.62, 0.32),
      blendMode: ParticleSystem.BLENDMODE_STANDARD,
    },
    chimney,
  );
  system.addSizeGradient(0, 0.5);
  system.addSizeGradient(1, 3.6);
}

function addMist(scene: Scene, texture: Texture, share: number): void {
  addPlume(
    scene,
    {
      name: "mist",
      texture,
      count: 46 * share,
      lifeSeconds: [14, 24],
      size: [5, 10],
      box: [new Vector3(-26, 0.2, -22), new Vector3(26, 1.2, 30)],
      drift: [new Vector3(0.15, 0, -0.06), new Vector3(0.4, 0.03, 0.08)],
      color: new Color4(0.36, 0.45, 0.72, 0.1),
      blendMode: ParticleSystem.BLENDMODE_STANDARD,
    },
    Vector3.Zero(),
  );
}

function addFireflies(scene: Scene, share: number): void {
  addPlume(
    scene,
    {
      name: "fireflies",
      texture: textureOf("firefly", haloPicture(), scene),
      count: 60 * share,
      lifeSeconds: [4, 8],
      size: [0.06, 0.14],
      box: [new Vector3(-13, 0.4, -14), new Vector3(13, 4.5, 13)],
      drift: [new Vector3(-0.25, -0.05, -0.25), new Vector3(0.25, 0.22, 0.25)],
      color: new Color4(1, 0.8, 0.36, 0.9),
      blendMode: ParticleSystem.BLENDMODE_ONEONE,
    },
    Vector3.Zero(),
  );
}
