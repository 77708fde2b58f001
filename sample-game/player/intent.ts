/** What the player wants, whatever he holds in his hands. */
export interface Intent {
  /** Forward and to the right, each -1..1. */
  readonly ahead: number;
  readonly aside: number;
  readonly hurry: boolean;
}

export const STANDING: Intent = { ahead: 0, aside: 0, hurry: false };

/** Turns and zooms that came in since they were last taken. */
export interface Look {
  /** Radians. */
  turn: number;
  tilt: number;
  /** Factor on the distance. */
  zoom: number;
}

export function newLook(): Look {
  return { turn: 0, tilt: 0, zoom: 1 };
}
