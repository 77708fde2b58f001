import type { Rgb } from "./geometry/batch.ts";
import { rgb } from "./geometry/color.ts";

/** Metres on the ground; the well is near the middle, the inn to the north (+z). */
export interface Spot {
  readonly x: number;
  readonly z: number;
}

export interface Round extends Spot {
  readonly radius: number;
}

/** Angle about the vertical that turns +z from one spot to another. */
export function facing(from: Spot, to: Spot): number {
  return Math.atan2(to.x - from.x, to.z - from.z);
}

export const WELL: Spot = { x: 0, z: 1 };
export const PLAYER_START: Spot = { x: 0.9, z: -9.2 };
export const TOWER: Spot = { x: -7.5, z: 27 };
export const GATE: Spot = { x: 0, z: -19 };

/** Where the standing mirror is, and where one sees oneself in it. */
export const MIRROR: Spot = { x: -3.6, z: -6.5 };
export const BEFORE_MIRROR: Spot = { x: -2.4, z: -8.3 };

export interface HousePlan extends Spot {
  readonly turn: number;
  readonly width: number;
  readonly depth: number;
  /** Storeys above the ground floor. */
  readonly upper: 1 | 2;
  /** Whether the gable or the long side of the roof looks at the square. */
  readonly front: "gable" | "eaves";
  readonly wall: Rgb;
  readonly roof: Rgb;
  readonly seed: number;
}

const CREAM = rgb("#e6d3ae");
const ROSE = rgb("#d9a98f");
const SAGE = rgb("#b9c0a0");
const BLUE = rgb("#a9b8c6");
const OCHRE = rgb("#d8b070");
const SLATE = rgb("#7d8ba8");
const RUST = rgb("#b06a4c");
const MOSS = rgb("#7f8a66");

type HouseRow = [
  x: number,
  z: number,
  width: number,
  depth: number,
  upper: 1 | 2,
  front: "gable" | "eaves",
  wall: Rgb,
  roof: Rgb,
];

const HOUSE_ROWS: readonly HouseRow[] = [
  [-9.8, 17.6, 6.6, 6, 2, "gable", ROSE, SLATE],
  [11.4, 17.2, 7, 6.5, 1, "gable", SAGE, RUST],
  [17.8, 9.2, 6.4, 6, 2, "gable", OCHRE, SLATE],
  [19.2, 0.8, 8, 6, 1, "eaves", CREAM, MOSS],
  [17.4, -8.4, 6.6, 6, 2, "gable", BLUE, RUST],
  [-17, 9.6, 6.8, 6, 1, "gable", BLUE, MOSS],
  [-19, 1, 8.2, 6, 2, "eaves", OCHRE, RUST],
  [-17.2, -8.2, 6.6, 6, 1, "gable", CREAM, SLATE],
  [-10.2, -17, 7, 6, 2, "gable", SAGE, RUST],
  [10.4, -17.2, 7, 6, 1, "gable", ROSE, SLATE],
  [3, 31, 8, 7, 2, "gable", OCHRE, RUST],
  [-18, 24, 8, 7, 2, "gable", CREAM, SLATE],
  [20, 23, 8, 7, 2, "gable", ROSE, MOSS],
  [28, 10, 8, 7, 2, "gable", SAGE, RUST],
  [-28, 12, 8, 7, 2, "gable", ROSE, RUST],
  [-29, -3, 8, 7, 2, "gable", BLUE, SLATE],
  [29, -5, 8, 7, 2, "gable", CREAM, MOSS],
];

export const INN: HousePlan = {
  x: 1.6,
  z: 19.4,
  turn: facing({ x: 1.6, z: 19.4 }, { x: 0.8, z: 0 }),
  width: 11,
  depth: 7.5,
  upper: 2,
  front: "eaves",
  wall: CREAM,
  roof: RUST,
  seed: 100,
};

export const HOUSES: readonly HousePlan[] = [
  INN,
  ...HOUSE_ROWS.map(([x, z, width, depth, upper, front, wall, roof], seed) => {
    const turn = facing({ x, z }, { x: 0, z: 0 }) + Math.sin(seed * 5) * 0.08;
    return { x, z, turn, width, depth, upper, front, wall, roof, seed: seed + 1 };
  }),
];

export interface StallPlan extends Spot {
  readonly turn: number;
  readonly awning: readonly [Rgb, Rgb];
  readonly goods: "fruit" | "bread" | "potions" | "fish";
}

function stall(x: number, z: number, goods: StallPlan["goods"], stripe: string): StallPlan {
  return { x, z, turn: facing({ x, z }, { x: 0, z: 0.5 }), goods, awning: [rgb(stripe), rgb("#efe2c4")] };
}

export const STALLS: readonly StallPlan[] = [
  stall(-8.2, 5.4, "bread", "#b4552d"),
  stall(-9.8, -2.4, "potions", "#5b4a9c"),
  stall(8.8, 5.2, "fruit", "#3f7a55"),
  stall(10, -2.6, "fish", "#2f6f8f"),
];

export interface TreePlan extends Spot {
  readonly height: number;
  readonly seed: number;
}

export const TREES: readonly TreePlan[] = [
  { x: 7.2, z: -9.6, height: 7.5, seed: 3 },
  { x: -13.4, z: 13.6, height: 6, seed: 4 },
  { x: 14.6, z: 13.4, height: 6.4, seed: 5 },
  { x: -7.4, z: -11.4, height: 5.4, seed: 6 },
  { x: 22, z: 16, height: 8, seed: 7 },
  { x: -23, z: 5.5, height: 8, seed: 8 },
  { x: 13.8, z: -13.6, height: 6, seed: 9 },
];

/** Posts with a lantern, those first that light most of what matters. */
export const LANTERN_POSTS: readonly Spot[] = [
  { x: -4.6, z: 8.4 },
  { x: 5.6, z: -4.6 },
  { x: -5.4, z: -5 },
  { x: 6.2, z: 9 },
  { x: -12.6, z: 6 },
  { x: 13, z: 4.4 },
  { x: -2.3, z: -15.6 },
  { x: 2.3, z: -15.6 },
  { x: 12.4, z: -7.8 },
  { x: -12.2, z: -7.4 },
];

/** Strings of small lamps: from, to, and the heights they hang from. */
export const FESTOONS: readonly (readonly [Spot, Spot, number, number])[] = [
  [{ x: -3.6, z: 15.6 }, { x: -15.4, z: 2.6 }, 5.4, 4.8],
  [{ x: 6.6, z: 15.6 }, { x: 15.6, z: 2.2 }, 5.4, 4.6],
  [{ x: -15.4, z: 0.4 }, { x: 15.6, z: 0.6 }, 5.2, 5],
  [{ x: -14, z: -6.4 }, { x: 14.2, z: -6.8 }, 4.8, 5.2],
  [{ x: -8.8, z: 14.4 }, { x: 9.8, z: 14.2 }, 5.6, 5.2],
];

/** Round things nobody walks through: centre and radius. Houses are walls of their own. */
export const OBSTACLES: readonly Round[] = [
  { ...WELL, radius: 1.5 },
  ...STALLS.map(({ x, z }) => ({ x, z, radius: 1.7 })),
  ...TREES.map(({ x, z }) => ({ x, z, radius: 0.7 })),
  ...LANTERN_POSTS.map(({ x, z }) => ({ x, z, radius: 0.3 })),
  { ...MIRROR, radius: 0.75 },
];

/** Ground that all but the traveller keep off, who looks over it into the mirror. */
export const KEPT_FREE: Round = { x: -2.3, z: -8.5, radius: 3.2 };

/** Nobody leaves the square. */
export const SQUARE_RADIUS = 15;
