import { Material } from "@babylonjs/core/Materials/material.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { FresnelParameters } from "@babylonjs/core/Materials/fresnelParameters.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import type { DynamicTexture } from "@babylonjs/core/Materials/Textures/dynamicTexture.js";
import type { Scene } from "@babylonjs/core/scene.js";
import type { Quality } from "../quality.ts";
import { clockPicture, innSignPicture, leavesPicture, windowPicture } from "./paint/pictures.ts";
import { paintRelief, textureOf, type Relief } from "./paint/relief.ts";
import { cobbles, masonry, plaster, shingles, timber } from "./paint/surfaces.ts";

export const MATERIAL_NAMES = [
  "cobbles",
  "plaster",
  "timber",
  "masonry",
  "shingles",
  "window",
  "clock",
  "sign",
  "leaves",
  "cloth",
  "glow",
  "people",
] as const;

export type MaterialName = (typeof MATERIAL_NAMES)[number];
export type Materials = Readonly<Record<MaterialName, StandardMaterial>>;

/** Everything in the village is made of these; vertex colours tint them. */
export function createMaterials(scene: Scene, quality: Quality): Materials {
  const size = quality.textureSize;
  const maker = createMaker(scene, quality);
  return {
    cobbles: maker.relief("cobbles", paintRelief("cobbles", size, 0.4, cobbles(), scene), 0.4, 40),
    plaster: maker.relief("plaster", paintRelief("plaster", size / 2, 0.35, plaster(), scene), 0.08, 12),
    timber: maker.relief("timber", paintRelief("timber", size / 2, 0.4, timber(), scene), 0.15, 20),
    masonry: maker.relief("masonry", paintRelief("masonry", size / 2, 0.7, masonry(), scene), 0.15, 20),
    shingles: maker.relief("shingles", paintRelief("shingles", size / 2, 0.7, shingles(), scene), 0.35, 26),
    window: maker.lit("window", textureOf("window", windowPicture(), scene)),
    clock: maker.lit("clock", textureOf("clock", clockPicture(), scene)),
    sign: maker.picture("sign", textureOf("sign", innSignPicture(), scene)),
    leaves: maker.cutOut("leaves", textureOf("leaves", leavesPicture(), scene)),
    cloth: maker.plain("cloth", 0.04, 8),
    glow: maker.lit("glow"),
    people: maker.rimmed("people"),
  };
}

function createMaker(scene: Scene, quality: Quality) {
  /** Matt and dark, for vertex colours to tint. */
  function plain(name: string, shine: number, sharpness: number): StandardMaterial {
    const material = new StandardMaterial(name, scene);
    material.specularColor = new Color3(shine, shine, shine);
    material.specularPower = sharpness;
    // Moon, sky, the lantern that is carried, and those that hang.
    material.maxSimultaneousLights = quality.lanternLights + 3;
    return material;
  }
  return {
    plain,
    relief(
      name: string,
      { color, normal, shine }: Relief,
      gloss: number,
      sharpness: number,
    ): StandardMaterial {
      const material = plain(name, gloss, sharpness);
      material.diffuseTexture = color;
      material.bumpTexture = normal;
      material.specularTexture = shine;
      shine.level = gloss;
      return material;
    },
    picture(name: string, texture: DynamicTexture): StandardMaterial {
      const material = plain(name, 0.05, 10);
      material.diffuseTexture = texture;
      return material;
    },
    /** Shines by itself: vertex colour times picture. */
    lit(name: string, texture?: DynamicTexture): StandardMaterial {
      const material = new StandardMaterial(name, scene);
      material.disableLighting = true;
      material.emissiveColor = Color3.White();
      if (texture) material.diffuseTexture = texture;
      return material;
    },
    cutOut(name: string, texture: DynamicTexture): StandardMaterial {
      const material = plain(name, 0.05, 10);
      texture.hasAlpha = true;
      material.diffuseTexture = texture;
      material.transparencyMode = Material.MATERIAL_ALPHATEST;
      material.alphaCutOff = 0.4;
      material.backFaceCulling = false;
      return material;
    },
    /** With the blue rim that the moon draws round people. */
    rimmed(name: string): StandardMaterial {
      const material = plain(name, 0.08, 12);
      material.emissiveColor = Color3.White();
      const rim = new FresnelParameters();
      rim.leftColor = new Color3(0.1, 0.14, 0.27);
      rim.rightColor = Color3.Black();
      rim.power = 2.6;
      rim.bias = 0.04;
      material.emissiveFresnelParameters = rim;
      return material;
    },
  };
}
