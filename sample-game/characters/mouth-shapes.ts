import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Rgb } from "../scene/geometry/batch.ts";
import { HEAD } from "./proportions.ts";

/** How a mouth is held, in metres on a head of scale 1. */
export interface MouthShape {
  /** Half the width between the corners. */
  readonly width: number;
  /** Half the opening. */
  readonly open: number;
  /** How far the lips are pushed out. */
  readonly pout: number;
}

export const REST: MouthShape = { width: 0.058, open: 0.0025, pout: 0 };

/** The Oculus mouth shapes as morph targets, after the sound of each. */
export const VISEME_SHAPES: Readonly<Record<string, MouthShape>> = {
  viseme_sil: REST,
  viseme_PP: { width: 0.05, open: 0, pout: 0.007 },
  viseme_FF: { width: 0.054, open: 0.009, pout: 0.002 },
  viseme_TH: { width: 0.056, open: 0.018, pout: 0.002 },
  viseme_DD: { width: 0.058, open: 0.018, pout: 0 },
  viseme_kk: { width: 0.056, open: 0.024, pout: 0 },
  viseme_CH: { width: 0.042, open: 0.022, pout: 0.016 },
  viseme_SS: { width: 0.062, open: 0.012, pout: 0 },
  viseme_nn: { width: 0.056, open: 0.016, pout: 0 },
  viseme_RR: { width: 0.045, open: 0.02, pout: 0.012 },
  viseme_aa: { width: 0.06, open: 0.052, pout: 0.002 },
  viseme_E: { width: 0.068, open: 0.032, pout: 0 },
  viseme_I: { width: 0.072, open: 0.019, pout: 0 },
  viseme_O: { width: 0.042, open: 0.044, pout: 0.016 },
  viseme_U: { width: 0.03, open: 0.022, pout: 0.022 },
};

/** Where the middle of the mouth is, below the middle of the head. */
const DROP = 0.098;
const COLUMNS = 20;

interface Ring {
  /** Metres added to width and opening. */
  readonly outward: number;
  /** Factor on them. */
  readonly share: number;
  /** Metres in front of the skin. */
  readonly lift: number;
  /** Share of the pout that the ring follows. */
  readonly pout: number;
}

const RINGS: readonly Ring[] = [
  { outward: 0.017, share: 1, lift: -0.002, pout: 0 },
  { outward: 0.008, share: 1, lift: 0.013, pout: 1 },
  { outward: 0, share: 1, lift: 0.009, pout: 1 },
  { outward: 0, share: 0.93, lift: 0.006, pout: 0.5 },
  { outward: 0, share: 0.5, lift: 0.005, pout: 0.2 },
  { outward: 0, share: 0.02, lift: 0.005, pout: 0 },
];

export const MOUTH_ROWS = RINGS.length;
export const MOUTH_COLUMNS = COLUMNS + 1;

/** Depth of the face at a place on it. */
export function faceDepth(x: number, y: number): number {
  return HEAD.z * Math.sqrt(Math.max(0.05, 1 - (x / HEAD.x) ** 2 - (y / HEAD.y) ** 2));
}

/** Place of a vertex of the mouth held in a shape; rows go from the skin to the middle, columns round. */
export function mouthPoint({ width, open, pout }: MouthShape, row: number, column: number): Vector3 {
  const { outward, share, lift, pout: follows } = RINGS[row]!;
  const angle = (column / COLUMNS) * 2 * Math.PI;
  const x = Math.cos(angle) * (width + outward) * share;
  // The jaw drops more than the upper lip rises, and the corners smile a little.
  const jaw = Math.sin(angle) < 0 ? 1.35 : 0.65;
  const smile = 0.012 * (x / width) ** 2;
  const y = Math.sin(angle) * (open * jaw + outward * 0.85) * share + smile - DROP;
  return new Vector3(x, y, faceDepth(x, y) + lift + pout * follows);
}

/** Lips, then teeth above and tongue below in the dark. */
export function mouthColor(lips: Rgb, row: number, column: number): Rgb {
  if (row === 0) return lips;
  if (row <= 2) return [lips[0] * 0.82, lips[1] * 0.55, lips[2] * 0.55];
  const up = Math.sin((column / COLUMNS) * 2 * Math.PI);
  if (row === 3 && up > 0.25) return [0.93, 0.9, 0.84];
  if (row === 4 && up < -0.3) return [0.55, 0.2, 0.2];
  return [0.12, 0.03, 0.04];
}
