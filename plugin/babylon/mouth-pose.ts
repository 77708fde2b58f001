import type { Viseme } from "../../runtime/text/visemes.ts";
import { OPENNESS, VISEMES } from "./viseme-shapes.ts";

/** What a mouth does at a moment. */
export interface MouthPose {
  /** The shape it moves to. */
  readonly viseme: Viseme;
  /** Part of each shape, 0 to 1. */
  readonly weights: Readonly<Record<Viseme, number>>;
  /** How far it is open, 0 to 1. */
  readonly openness: number;
}

/** A mouth that moves from shape to shape. */
export interface MovingMouth {
  readonly pose: MouthPose;
  /** Moves to a shape from now on. */
  moveTo(viseme: Viseme): void;
  /** Lets time pass. Returns false when nothing has moved. */
  advance(ms: number): boolean;
}

/** Time of a change from shape to shape. */
const CROSSFADE_MS = 70;

/** A closed mouth. */
export function createMovingMouth(): MovingMouth {
  const weights = Object.fromEntries(VISEMES.map((viseme) => [viseme, viseme === "sil" ? 1 : 0])) as Record<
    Viseme,
    number
  >;
  let viseme: Viseme = "sil";
  return {
    get pose() {
      const openness = VISEMES.reduce((sum, each) => sum + weights[each] * OPENNESS[each], 0);
      return { viseme, weights, openness: Math.min(1, openness) };
    },
    moveTo(next) {
      viseme = next;
    },
    advance(ms) {
      const step = ms / CROSSFADE_MS;
      let moved = false;
      for (const each of VISEMES) {
        const target = each === viseme ? 1 : 0;
        const weight = weights[each];
        if (weight === target) continue;
        weights[each] = weight < target ? Math.min(target, weight + step) : Math.max(target, weight - step);
        moved = true;
      }
      return moved;
    },
  };
}
