import { query, type World } from "bitecs";
import { Gait, Heading, Liveliness, Position, Villager } from "./components.ts";
import type { Figure } from "./figure.ts";
import { poseFigure } from "./pose-figure.ts";

const MOST_HEAD_TURN = 0.9;
const LIVELINESS_PER_SECOND = 1.4;

export interface ShowContext {
  readonly figures: ReadonlyMap<number, Figure>;
  readonly seconds: number;
  readonly frameSeconds: number;
  /** Whom an entity looks at, if anybody. */
  readonly attention: ReadonlyMap<number, number>;
}

/** Brings the figures of the cast to where the world says they are. */
export function showPeople(world: World, context: ShowContext): void {
  for (const eid of query(world, [Villager, Position, Heading, Gait, Liveliness])) {
    const figure = context.figures.get(eid);
    if (figure) showFigure(eid, figure, context);
  }
}

export function showFigure(
  eid: number,
  figure: Figure,
  { seconds, frameSeconds, attention }: ShowContext,
): void {
  figure.root.position.set(Position.x[eid]!, 0, Position.z[eid]!);
  figure.root.rotation.y = Heading.angle[eid]!;
  Liveliness.amount[eid] = Math.max(0, Liveliness.amount[eid]! - LIVELINESS_PER_SECOND * frameSeconds * 0.5);
  const turn = headTurn(eid, attention.get(eid));
  const eased = figure.head.rotation.y + (turn - figure.head.rotation.y) * Math.min(1, frameSeconds * 5);
  poseFigure(figure, {
    seconds,
    habit: Gait.habit[eid]!,
    speed: Gait.speed[eid]!,
    stride: Gait.stride[eid]!,
    liveliness: Liveliness.amount[eid]!,
    words: Liveliness.words[eid]!,
    headTurn: eased,
  });
}

function headTurn(eid: number, target: number | undefined): number {
  if (target === undefined) return 0;
  const towards = Math.atan2(Position.x[target]! - Position.x[eid]!, Position.z[target]! - Position.z[eid]!);
  const turn = Math.atan2(Math.sin(towards - Heading.angle[eid]!), Math.cos(towards - Heading.angle[eid]!));
  return Math.max(-MOST_HEAD_TURN, Math.min(MOST_HEAD_TURN, turn));
}
