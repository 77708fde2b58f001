import type { Look } from "./look.ts";

/** Metres within a figure; y from the ground except in the head, whose origin is its middle. */
export interface Proportions {
  /** Head, hands and the like; 1 for somebody of 1.7 m. Children keep large heads. */
  readonly headScale: number;
  readonly hips: number;
  readonly shoulders: number;
  readonly neck: number;
  readonly headMiddle: number;
  /** Half the distance between the shoulders. */
  readonly reach: number;
}

/** Half axes of a head before its scale. */
export const HEAD = { x: 0.185, y: 0.225, z: 0.19 } as const;

export function proportionsOf({ height, girth }: Look): Proportions {
  const headScale = 0.62 + 0.38 * (height / 1.7);
  const neck = height - 2 * HEAD.y * headScale + 0.03;
  const hips = neck * 0.47;
  const shoulders = neck - 0.07;
  return {
    headScale,
    hips,
    shoulders,
    neck,
    headMiddle: neck - 0.01 + HEAD.y * headScale,
    reach: 0.17 * girth + 0.045,
  };
}
