import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { between, seeded } from "../seeded.ts";
import { addGrid, buildMesh, createBatch, type Rgb } from "./geometry/batch.ts";
import { mixed, rgb } from "./geometry/color.ts";
import { cloudNoise } from "./paint/noise.ts";
import { createCanvas, textureOf } from "./paint/relief.ts";

/** Towards the moon. */
export const MOON_DIRECTION = new Vector3(0.35, 0.35, 0.9).normalize();

const SKY_RADIUS = 180;
const HORIZON = rgb("#4a5f92");
const HILL = rgb("#1d2a4d");

/** Dome with stars, the moon, and hills in the distance. */
export function addSky(scene: Scene, textureSize: number): Mesh[] {
  return [addDome(scene, textureSize * 4), addMoon(scene), addHills(scene)];
}

function unlit(name: string, scene: Scene, canvas?: HTMLCanvasElement): StandardMaterial {
  const material = new StandardMaterial(name, scene);
  material.disableLighting = true;
  material.emissiveColor = Color3.White();
  material.fogEnabled = false;
  material.backFaceCulling = false;
  if (canvas) material.diffuseTexture = textureOf(`${name}-picture`, canvas, scene);
  return material;
}

function addDome(scene: Scene, width: number): Mesh {
  const batch = createBatch();
  addGrid(batch, Matrix.Identity(), 17, 33, (row, column) => {
    const polar = (row / 16) * Math.PI * 0.56;
    const angle = (column / 32) * 2 * Math.PI;
    const out = new Vector3(
      Math.sin(polar) * Math.sin(angle),
      Math.cos(polar),
      Math.sin(polar) * Math.cos(angle),
    );
    return {
      position: out.scale(SKY_RADIUS),
      normal: out.scale(-1),
      u: column / 32,
      v: 1 - row / 16,
      color: [0.72, 0.72, 0.72],
    };
  });
  const mesh = buildMesh("sky", batch, unlit("sky", scene, skyPicture(width)), scene);
  mesh.infiniteDistance = true;
  return mesh;
}

/** From the zenith (top) to a little under the horizon; once round from left to right. */
function skyPicture(width: number): HTMLCanvasElement {
  const height = width / 2;
  const { canvas, context } = createCanvas(width, height);
  const gradient = context.createLinearGradient(0, 0, 0, height);
  gradient.addColorStop(0, "#0d1230");
  gradient.addColorStop(0.45, "#1a2347");
  gradient.addColorStop(0.72, "#34456f");
  gradient.addColorStop(0.88, "#5d6c92");
  gradient.addColorStop(1, "#455880");
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  paintMilkyWay(context, width, height);
  paintStars(context, width, height);
  paintClouds(context, width, height);
  return canvas;
}

function paintMilkyWay(context: CanvasRenderingContext2D, width: number, height: number): void {
  const random = seeded(17);
  for (let puff = 0; puff < 240; puff++) {
    const t = random();
    const x = (0.78 + 0.5 * t) * width;
    const y = (0.75 - 0.7 * t + (random() + random() - 1) * 0.14) * height;
    const radius = between(random, 0.01, 0.035) * width;
    for (const shift of [0, -width]) {
      const glow = context.createRadialGradient(x + shift, y, 0, x + shift, y, radius);
      glow.addColorStop(0, random() < 0.6 ? "rgba(140, 160, 230, 0.045)" : "rgba(190, 150, 210, 0.035)");
      glow.addColorStop(1, "rgba(140, 150, 220, 0)");
      context.fillStyle = glow;
      context.fillRect(x + shift - radius, y - radius, radius * 2, radius * 2);
    }
  }
}

function paintStars(context: CanvasRenderingContext2D, width: number, height: number): void {
  const random = seeded(23);
  const unit = width / 2048;
  for (let star = 0; star < 2600; star++) {
    const x = random() * width;
    const y = random() ** 0.8 * height * 0.92;
    const bright = random() ** 6;
    const radius = (0.45 + bright * 1.5) * unit;
    const fade = 1 - (y / height) ** 3;
    const hue = random() < 0.2 ? "255, 226, 190" : "214, 226, 255";
    context.fillStyle = `rgba(${hue}, ${fade * (0.3 + 0.7 * bright ** 0.4)})`;
    context.beginPath();
    // The dome squeezes the picture towards the zenith.
    context.ellipse(x, y, radius / Math.max(0.12, Math.sin((y / height) * 1.76)), radius, 0, 0, 7);
    context.fill();
  }
}

function paintClouds(context: CanvasRenderingContext2D, width: number, height: number): void {
  const size = 256;
  const noise = cloudNoise(83, 4, 8);
  const wisps = createCanvas(size, size);
  const image = wisps.context.createImageData(size, size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const band = Math.max(0, 1 - Math.abs(y / size - 0.8) / 0.24);
      const cover = Math.max(0, noise(x / size, (y / size) * 1.4) - 0.47) * 2.6 * band;
      image.data.set([118, 136, 190, Math.min(150, cover * 255)], (y * size + x) * 4);
    }
  }
  wisps.context.putImageData(image, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(wisps.canvas, 0, 0, width, height);
}

const MOON_SIZE = 60;
const ALPHA_ADD = 1;

function addMoon(scene: Scene): Mesh {
  const batch = createBatch();
  addGrid(batch, Matrix.Identity(), 2, 2, (row, column) => ({
    position: new Vector3((column - 0.5) * MOON_SIZE, (row - 0.5) * MOON_SIZE, 0),
    normal: Vector3.Backward(),
    u: column,
    v: row,
    color: [0.8, 0.8, 0.8],
  }));
  const material = unlit("moon", scene, moonPicture());
  material.alphaMode = ALPHA_ADD;
  material.alpha = 0.999;
  const mesh = buildMesh("moon", batch, material, scene);
  mesh.position = MOON_DIRECTION.scale(SKY_RADIUS * 0.9);
  mesh.billboardMode = 7;
  mesh.infiniteDistance = true;
  mesh.alphaIndex = 0;
  return mesh;
}

/** Added to the sky: black adds nothing. */
function moonPicture(): HTMLCanvasElement {
  const { canvas, context } = createCanvas(512, 512);
  const random = seeded(31);
  const halo = context.createRadialGradient(256, 256, 44, 256, 256, 256);
  halo.addColorStop(0, "#46557f");
  halo.addColorStop(0.25, "#1f2947");
  halo.addColorStop(0.6, "#0a0f1f");
  halo.addColorStop(1, "#000000");
  context.fillStyle = halo;
  context.fillRect(0, 0, 512, 512);
  const disc = context.createRadialGradient(246, 244, 10, 256, 256, 52);
  disc.addColorStop(0, "#fffdf0");
  disc.addColorStop(0.8, "#e6e6ee");
  disc.addColorStop(1, "#b9c3dc");
  context.fillStyle = disc;
  context.beginPath();
  context.arc(256, 256, 50, 0, 7);
  context.fill();
  context.clip();
  for (let sea = 0; sea < 17; sea++) {
    context.fillStyle = `rgba(120, 135, 170, ${between(random, 0.1, 0.28)})`;
    context.beginPath();
    const [x, y] = [between(random, 212, 300), between(random, 212, 300)];
    context.ellipse(x, y, between(random, 4, 17), between(random, 3, 12), random() * 3, 0, 7);
    context.fill();
  }
  return canvas;
}

/** Two ridges with a few lit windows far away. */
function addHills(scene: Scene): Mesh {
  const batch = createBatch();
  const noise = cloudNoise(91, 9, 3);
  for (const [radius, base, rise, shade] of [
    [150, 6, 34, 0.35],
    [115, 1, 20, 0.1],
  ] as const) {
    const color: Rgb = mixed(HILL, HORIZON, shade);
    addGrid(batch, Matrix.Identity(), 2, 121, (row, column) => {
      const angle = (column / 120) * 2 * Math.PI;
      const out = new Vector3(Math.sin(angle), 0, Math.cos(angle));
      const height = row ? base + rise * noise(column / 120, radius) ** 1.6 : -14;
      return {
        position: out.scale(radius).addInPlaceFromFloats(0, height, 0),
        normal: out.scale(-1),
        u: 0,
        v: 0,
        color: row ? color : mixed(color, HORIZON, 0.55),
      };
    });
  }
  return buildMesh("hills", batch, unlit("hills", scene), scene);
}
