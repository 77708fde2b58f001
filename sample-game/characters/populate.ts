import { addComponents, addEntity, type World } from "bitecs";
import type { Scene } from "@babylonjs/core/scene.js";
import type { Spot } from "../scene/layout.ts";
import { facing } from "../scene/layout.ts";
import type { Materials } from "../scene/materials.ts";
import { CAST, GATHERINGS, TRAVELLER, type CastName } from "./cast.ts";
import { Gait, Goal, Heading, Liveliness, Position, Traveller, Villager } from "./components.ts";
import { createFigure, type Figure } from "./figure.ts";

export interface Population {
  readonly figures: Map<number, Figure>;
  readonly eids: Readonly<Record<CastName, number>>;
  readonly player: number;
}

/** Makes the cast and the traveller: their entities and their figures. */
export function populate(world: World, scene: Scene, materials: Materials, playerAt: Spot): Population {
  const figures = new Map<number, Figure>();
  const places = new Map(Object.values(GATHERINGS).flatMap(placesOf));
  const eids = CAST.map(({ name, look }, index) => {
    const { spot, angle } = places.get(name)!;
    const eid = addPerson(world, spot, angle, (index * 0.37) % 1);
    addComponents(world, eid, Villager);
    figures.set(eid, createFigure(name, look, index, materials, scene));
    return [name, eid] as const;
  });
  const player = addPerson(world, playerAt, 0, 0.5);
  addComponents(world, player, Traveller);
  figures.set(player, createFigure("traveller", TRAVELLER, 3, materials, scene));
  return { figures, eids: Object.fromEntries(eids) as Record<CastName, number>, player };
}

function placesOf({
  centre,
  members,
}: (typeof GATHERINGS)[string]): [CastName, { spot: Spot; angle: number }][] {
  return members.map(([name, degrees, metres]) => {
    const angle = (degrees * Math.PI) / 180;
    const spot = { x: centre.x + Math.sin(angle) * metres, z: centre.z + Math.cos(angle) * metres };
    return [name, { spot, angle: facing(spot, centre) }];
  });
}

/** Somebody who stands at a spot. */
export function addPerson(world: World, { x, z }: Spot, angle: number, habit: number): number {
  const eid = addEntity(world);
  addComponents(world, eid, Position, Heading, Gait, Goal, Liveliness);
  Position.x[eid] = x;
  Position.z[eid] = z;
  Heading.angle[eid] = Heading.wanted[eid] = angle;
  Gait.speed[eid] = Gait.stride[eid] = 0;
  Gait.habit[eid] = habit;
  Goal.x[eid] = x;
  Goal.z[eid] = z;
  Goal.pace[eid] = Goal.rest[eid] = 0;
  Liveliness.amount[eid] = Liveliness.words[eid] = 0;
  return eid;
}
