import type { Spot } from "../scene/layout.ts";
import { LANTERN_POSTS } from "../scene/layout.ts";
import { Goal, Position } from "../characters/components.ts";

const PACE = 0.95;
const REST_SECONDS = 5;

/** From lantern to lantern, round the square, forever. */
export function createRounds(eid: number): () => void {
  const stops = roundTrip(LANTERN_POSTS);
  let next = 0;
  Goal.pace[eid] = PACE;
  return () => {
    const { x, z } = stops[next % stops.length]!;
    if (Goal.x[eid] !== x || Goal.z[eid] !== z) {
      Goal.x[eid] = x;
      Goal.z[eid] = z;
      return;
    }
    if (Math.hypot(x - Position.x[eid]!, z - Position.z[eid]!) > 0.5) return;
    Goal.rest[eid] = REST_SECONDS;
    next += 1;
  };
}

/** In order of the angle round the middle, a step towards it from each post. */
function roundTrip(posts: readonly Spot[]): Spot[] {
  return posts
    .map(({ x, z }) => ({ x: x * 0.88, z: z * 0.88 }))
    .toSorted((a, b) => Math.atan2(a.x, a.z) - Math.atan2(b.x, b.z));
}
