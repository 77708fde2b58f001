import { DynamicTexture } from "@babylonjs/core/Materials/Textures/dynamicTexture.js";
import { Texture } from "@babylonjs/core/Materials/Textures/texture.js";
import type { Scene } from "@babylonjs/core/scene.js";
import type { Rgb } from "../geometry/batch.ts";

/** What a surface is at a point of its texture. */
export interface Surface {
  readonly color: Rgb;
  /** In 0..1. */
  readonly height: number;
  /** How much it shines, 0..1. */
  readonly shine: number;
}

export interface Relief {
  readonly color: DynamicTexture;
  readonly normal: DynamicTexture;
  readonly shine: DynamicTexture;
}

/** Wraps a painted canvas as a texture with mip maps. */
export function textureOf(name: string, canvas: HTMLCanvasElement, scene: Scene): DynamicTexture {
  const texture = new DynamicTexture(name, canvas, scene, true, Texture.TRILINEAR_SAMPLINGMODE);
  texture.wrapU = texture.wrapV = Texture.WRAP_ADDRESSMODE;
  texture.update(true);
  texture.anisotropicFilteringLevel = 8;
  return texture;
}

export function createCanvas(
  width: number,
  height: number,
): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context)
    throw new Error("createCanvas: this browser gives no 2D canvas, which the textures are painted on");
  return { canvas, context };
}

function paintPixels(size: number, pixelAt: (x: number, y: number) => Rgb): HTMLCanvasElement {
  const { canvas, context } = createCanvas(size, size);
  const image = context.createImageData(size, size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [r, g, b] = pixelAt(x, y);
      image.data.set([r * 255, g * 255, b * 255, 255], (y * size + x) * 4);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Slope of a repeating height map as a normal map. */
function normalAt(heights: Float32Array, size: number, x: number, y: number, strength: number): Rgb {
  const at = (px: number, py: number) => heights[((py + size) % size) * size + ((px + size) % size)]!;
  const dx = (at(x - 1, y) - at(x + 1, y)) * strength;
  const dy = (at(x, y + 1) - at(x, y - 1)) * strength;
  const length = Math.hypot(dx, dy, 1);
  return [dx / length / 2 + 0.5, dy / length / 2 + 0.5, 1 / length / 2 + 0.5];
}

/** Paints a repeating surface into colour, normal and shine textures. */
export function paintRelief(
  name: string,
  size: number,
  bumpiness: number,
  surfaceAt: (u: number, v: number) => Surface,
  scene: Scene,
): Relief {
  const surfaces = Array.from({ length: size * size }, (_, i) =>
    surfaceAt((i % size) / size, Math.floor(i / size) / size),
  );
  const heights = Float32Array.from(surfaces, ({ height }) => height);
  const at = (x: number, y: number) => surfaces[y * size + x]!;
  const strength = (bumpiness * size) / 64;
  const paint = (part: string, pixelAt: (x: number, y: number) => Rgb) =>
    textureOf(`${name}-${part}`, paintPixels(size, pixelAt), scene);
  return {
    color: paint("color", (x, y) => at(x, y).color),
    normal: paint("normal", (x, y) => normalAt(heights, size, x, y, strength)),
    shine: paint("shine", (x, y) => [at(x, y).shine, at(x, y).shine, at(x, y).shine]),
  };
}
