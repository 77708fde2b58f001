/** What a machine can afford to draw. One row of a table; nothing else in the game asks how fast the machine is. */
export interface Quality {
  /** CSS pixels per rendered pixel. */
  readonly pixelScale: number;
  /** Factor on moon and sky, in place of lanterns that do not light. */
  readonly ambient: number;
  /** Lanterns that light the scene; the others only glow. */
  readonly lanternLights: number;
  readonly shadowMapSize: number;
  /** Shadows of people move; otherwise only what stands still throws one. */
  readonly movingShadows: boolean;
  /** Bloom, anti-aliasing, grain and the glow layer. */
  readonly postProcess: boolean;
  readonly textureSize: number;
  /** Factor on the number of smoke, ember and mist particles. */
  readonly particles: number;
  readonly crowd: number;
  /** Side of the picture in the mirror, and whether houses are in it, not only people. */
  readonly mirrorSize: number;
  readonly mirrorsHouses: boolean;
}

export const QUALITIES = {
  low: {
    pixelScale: 2,
    ambient: 1.45,
    lanternLights: 4,
    shadowMapSize: 1024,
    movingShadows: false,
    postProcess: false,
    textureSize: 256,
    particles: 0.4,
    crowd: 20,
    mirrorSize: 256,
    mirrorsHouses: false,
  },
  high: {
    pixelScale: 1,
    ambient: 1,
    lanternLights: 12,
    shadowMapSize: 2048,
    movingShadows: true,
    postProcess: true,
    textureSize: 512,
    particles: 1,
    crowd: 32,
    mirrorSize: 1024,
    mirrorsHouses: true,
  },
} as const satisfies Record<string, Quality>;

export type QualityName = keyof typeof QUALITIES;

const SOFTWARE_ADAPTERS = /swiftshader|llvmpipe|software|basic render/i;

/** `wanted` when it names a row, otherwise the row that fits the adapter. */
export function qualityFor(wanted: string | null, adapterName: string): QualityName {
  if (wanted === "low" || wanted === "high") return wanted;
  return SOFTWARE_ADAPTERS.test(adapterName) ? "low" : "high";
}
