import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { addGrid, place, type Batch } from "../scene/geometry/batch.ts";
import { mixed, rgb, scaled } from "../scene/geometry/color.ts";
import { addEllipsoid, addLathe, addRod, type ProfilePoint } from "../scene/geometry/solids.ts";
import type { Look } from "./look.ts";
import type { Proportions } from "./proportions.ts";

const LEATHER = rgb("#4a3424");

/** How far a garment hangs below the hips, as a share of them, and how wide it is there. */
const HEMS = {
  robe: { drop: 0.97, flare: 1.75 },
  dress: { drop: 0.95, flare: 1.95 },
  coat: { drop: 0.55, flare: 1.4 },
  tunic: { drop: 0.28, flare: 1.2 },
} as const;

/** From the hem to the neck, in the frame of the hips. */
export function addTorso(batch: Batch, look: Look, { hips, shoulders, neck }: Proportions): void {
  const { girth, belly, cloth, trim, outfit, skin } = look;
  const { drop, flare } = HEMS[outfit];
  const waist = 0.165 * girth;
  const chest = 0.185 * girth;
  const long = shoulders - hips;
  const hem = -hips * drop;
  const shaded = (share: number) => scaled(cloth, share);
  const profile: ProfilePoint[] = [
    [waist * flare * 0.98, hem, scaled(trim, 0.8)],
    [waist * flare, hem + 0.01, trim],
    [waist * flare * 0.97, hem + 0.07, trim],
    [waist * flare * 0.96, hem + 0.075, shaded(0.68)],
    [waist * (1 + (flare - 1) * 0.45) + belly * 0.6, hem * 0.4, shaded(0.82)],
    [waist + belly, -0.01, shaded(0.88)],
    [waist + belly + 0.012, 0, LEATHER],
    [waist + belly + 0.012, 0.055, LEATHER],
    [waist + belly, 0.06, shaded(0.9)],
    [chest + belly * 0.55, long * 0.45, shaded(1)],
    [chest, long * 0.75, shaded(1.08)],
    [chest * 0.86, long * 0.95, shaded(1.12)],
    [chest * 0.5, long * 1.06, mixed(cloth, trim, 0.7)],
    [0.075, neck - hips - 0.02, trim],
    [0.07, neck - hips + 0.05, skin],
  ];
  addLathe(batch, Matrix.Identity(), profile, cloth, { segments: 20, depth: 0.8 });
  addEllipsoid(
    batch,
    place(0, 0.028, (waist + belly) * 0.8 + 0.012),
    [0.035, 0.032, 0.014],
    rgb("#c7a04a"),
    8,
  );
  if (outfit === "dress") addApron(batch, look, waist + belly, hem, waist * flare);
}

const APRON_STEPS = 9;

/** A cloth over the front of the skirt. */
function addApron(batch: Batch, { trim }: Look, waist: number, hem: number, hemRadius: number): void {
  const color = mixed(trim, [0.72, 0.68, 0.6], 0.7);
  addGrid(batch, Matrix.Identity(), APRON_STEPS, APRON_STEPS, (row, column) => {
    const down = row / (APRON_STEPS - 1);
    const angle = (column / (APRON_STEPS - 1) - 0.5) * (1.3 + 0.25 * down);
    const fold = 0.008 * Math.sin(column * 2.4) * down;
    const radius = waist + (hemRadius * 0.97 - waist) * down * 0.82 + 0.016 + fold;
    const out = new Vector3(Math.sin(angle), 0.25, Math.cos(angle) * 0.8);
    return {
      position: new Vector3(
        Math.sin(angle) * radius,
        hem * 0.78 * down + 0.02,
        Math.cos(angle) * radius * 0.8,
      ),
      normal: out.normalize(),
      u: 0,
      v: 0,
      color: scaled(color, 0.85 + 0.15 * Math.cos(column * 2.4)),
    };
  });
}

/** One arm that hangs from the origin, bent a little forward; `side` is 1 for the figure's +x. */
export function addArm(
  batch: Batch,
  { girth, cloth, trim, skin, outfit }: Look,
  long: number,
  side: number,
): void {
  const wide = outfit === "robe" ? 1.5 : 1;
  const elbow = new Vector3(side * 0.05, -long * 0.52, -0.02);
  const wrist = new Vector3(side * 0.045, -long * 0.93, 0.1);
  const thick = 0.058 * (0.6 + 0.4 * girth);
  addEllipsoid(batch, Matrix.Identity(), [thick * 1.25, thick * 1.15, thick * 1.25], scaled(cloth, 1.05), 10);
  addRod(batch, Matrix.Identity(), Vector3.Zero(), elbow, [thick * 1.1, thick], scaled(cloth, 1), 10);
  addRod(batch, Matrix.Identity(), elbow, wrist, [thick, thick * 0.85 * wide], scaled(cloth, 0.9), 10);
  const cuff = Vector3.Lerp(elbow, wrist, 0.86);
  addRod(batch, Matrix.Identity(), cuff, wrist, [thick * 0.92 * wide, thick * 0.98 * wide], trim, 10);
  const hand = Vector3.Lerp(elbow, wrist, 1.16);
  addEllipsoid(batch, Matrix.Translation(hand.x, hand.y, hand.z), [0.042, 0.055, 0.045], skin, 10);
  addEllipsoid(
    batch,
    Matrix.Translation(hand.x - side * 0.03, hand.y + 0.01, hand.z + 0.03),
    [0.016, 0.026, 0.018],
    skin,
    6,
  );
}

/** Where the hand of an arm is. */
export function handOf(long: number, side: number): Vector3 {
  return new Vector3(side * 0.044, -long, 0.12);
}

/** One leg that hangs from the origin, with its boot. */
export function addLeg(batch: Batch, { girth, cloth, trim }: Look, long: number): void {
  const thick = 0.068 * (0.5 + 0.5 * girth);
  const hose = mixed(scaled(cloth, 0.45), scaled(trim, 0.4), 0.5);
  addRod(
    batch,
    Matrix.Identity(),
    new Vector3(0, 0.02, 0),
    new Vector3(0, -long * 0.6, 0.01),
    [thick * 1.15, thick * 0.9],
    hose,
    9,
  );
  addRod(
    batch,
    Matrix.Identity(),
    new Vector3(0, -long * 0.52, 0.01),
    new Vector3(0, -long + 0.07, 0),
    [thick * 1.05, thick * 0.95],
    LEATHER,
    9,
  );
  addEllipsoid(batch, place(0, -long + 0.045, 0.045), [0.062, 0.048, 0.115], scaled(LEATHER, 0.85), 12);
}
