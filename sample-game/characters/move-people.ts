import { Not, query, type World } from "bitecs";
import { KEPT_FREE, OBSTACLES, SQUARE_RADIUS, type Round, type Spot } from "../scene/layout.ts";
import { Gait, Goal, Heading, Position, Traveller } from "./components.ts";

const TURN_PER_SECOND = 5;
const ARRIVED_METRES = 0.35;
const STRIDE_PER_METRE = 4.6;
const BODY_RADIUS = 0.35;

/** What all but the traveller go round. */
export const KEPT_OFF: readonly Round[] = [...OBSTACLES, KEPT_FREE];

/** Everybody who has somewhere to go goes there, round what stands in the way. */
export function movePeople(world: World, seconds: number): void {
  for (const eid of query(world, [Position, Heading, Gait, Goal, Not(Traveller)])) {
    Goal.rest[eid] = Math.max(0, Goal.rest[eid]! - seconds);
    const [dx, dz] = [Goal.x[eid]! - Position.x[eid]!, Goal.z[eid]! - Position.z[eid]!];
    const isWalking = Goal.rest[eid] === 0 && Goal.pace[eid]! > 0 && Math.hypot(dx, dz) > ARRIVED_METRES;
    if (isWalking) Heading.wanted[eid] = Math.atan2(dx, dz);
    const wantedSpeed = isWalking ? Goal.pace[eid]! : 0;
    Gait.speed[eid] = Gait.speed[eid]! + (wantedSpeed - Gait.speed[eid]!) * Math.min(1, seconds * 6);
    walk(eid, seconds, KEPT_OFF);
  }
}

/** One step of an entity in the direction that it looks, round what stands in its way. */
export function walk(eid: number, seconds: number, obstacles: readonly Round[]): void {
  const turn = Math.atan2(
    Math.sin(Heading.wanted[eid]! - Heading.angle[eid]!),
    Math.cos(Heading.wanted[eid]! - Heading.angle[eid]!),
  );
  const most = TURN_PER_SECOND * seconds;
  Heading.angle[eid] = Heading.angle[eid]! + Math.max(-most, Math.min(most, turn));
  const step = Gait.speed[eid]! * seconds;
  Gait.stride[eid] = Gait.stride[eid]! + step * STRIDE_PER_METRE;
  const x = Position.x[eid]! + Math.sin(Heading.angle[eid]) * step;
  const z = Position.z[eid]! + Math.cos(Heading.angle[eid]) * step;
  const free = pushedOut({ x, z }, obstacles);
  Position.x[eid] = free.x;
  Position.z[eid] = free.z;
}

/** The nearest place where somebody can stand. */
export function pushedOut(spot: Spot, obstacles: readonly Round[]): Spot {
  let place = spot;
  for (const { x: ox, z: oz, radius } of obstacles) {
    const [dx, dz] = [place.x - ox, place.z - oz];
    const distance = Math.hypot(dx, dz);
    const least = radius + BODY_RADIUS;
    if (distance >= least) continue;
    const share = least / Math.max(distance, 0.001);
    place = { x: ox + dx * share, z: oz + dz * share };
  }
  const out = Math.hypot(place.x, place.z);
  if (out <= SQUARE_RADIUS) return place;
  return { x: (place.x * SQUARE_RADIUS) / out, z: (place.z * SQUARE_RADIUS) / out };
}
