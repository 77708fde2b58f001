import { addComponents, createWorld } from "bitecs";
import { expect, it } from "vitest";
import { Bystander, Goal, Position } from "../../sample-game/characters/components.ts";
import { wander } from "../../sample-game/characters/crowd.ts";
import { movePeople } from "../../sample-game/characters/move-people.ts";
import { addPerson } from "../../sample-game/characters/populate.ts";
import { BEFORE_MIRROR, KEPT_FREE, MIRROR, type Spot } from "../../sample-game/scene/layout.ts";
import { seeded } from "../../sample-game/seeded.ts";

const SECONDS = 600;
const STEP_SECONDS = 0.1;

function metresToFree({ x, z }: Spot): number {
  return Math.hypot(x - KEPT_FREE.x, z - KEPT_FREE.z) - KEPT_FREE.radius;
}

it("keeps off the ground between the mirror and who looks into it, and still gets everywhere", () => {
  expect(metresToFree(MIRROR)).toBeLessThan(0);
  expect(metresToFree(BEFORE_MIRROR)).toBeLessThan(-2);
  const world = createWorld();
  const random = seeded(1);
  const people = Array.from({ length: 20 }, () => {
    const eid = addPerson(world, { x: 8, z: 8 }, 0, 0.5);
    addComponents(world, eid, Bystander);
    Goal.pace[eid] = 1;
    return eid;
  });
  const goals = new Map(people.map((eid) => [eid, new Set<number>()]));
  let nearest = Infinity;
  for (let second = 0; second < SECONDS; second += STEP_SECONDS) {
    wander(world, random);
    movePeople(world, STEP_SECONDS);
    for (const eid of people) {
      goals.get(eid)!.add(Goal.x[eid]!);
      nearest = Math.min(nearest, metresToFree({ x: Position.x[eid]!, z: Position.z[eid]! }));
    }
  }
  expect(nearest).toBeGreaterThanOrEqual(0);
  for (const each of goals.values()) expect(each.size).toBeGreaterThan(10); // nobody got stuck
});
