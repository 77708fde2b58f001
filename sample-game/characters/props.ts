import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { along, place, type Batch } from "../scene/geometry/batch.ts";
import { rgb, scaled } from "../scene/geometry/color.ts";
import { addBox, addEllipsoid, addLathe, addRod } from "../scene/geometry/solids.ts";
import type { Prop } from "./look.ts";

const WOOD = rgb("#8a6238");
const IRON = rgb("#6d7078");

type Pole = (batch: Batch, frame: Matrix, top: number) => void;

function pole(batch: Batch, frame: Matrix, below: number, above: number, radius = 0.018): void {
  addRod(batch, frame, new Vector3(0, -below, 0), new Vector3(0, above, 0), [radius, radius], WOOD, 7);
}

const TIPS: Partial<Record<Prop, Pole>> = {
  staff(batch, frame, top) {
    addEllipsoid(batch, place(0, top + 0.05, 0, 0, frame), [0.06, 0.07, 0.06], [0.5, 1.1, 1.6], 10);
    addRod(
      batch,
      frame,
      new Vector3(0, top - 0.04, 0),
      new Vector3(0.07, top + 0.1, 0),
      [0.02, 0.012],
      WOOD,
      6,
    );
  },
  spear(batch, frame, top) {
    addLathe(
      batch,
      place(0, top, 0, 0, frame),
      [
        [0.02, 0],
        [0.055, 0.07],
        [0.003, 0.27],
      ],
      rgb("#aab2c0"),
      { segments: 6, depth: 0.4 },
    );
  },
  shovel: (batch, frame, top) => addBox(batch, place(0, top - 0.05, 0, 0, frame), [0.2, 0.28, 0.03], IRON),
  lantern(batch, frame, top) {
    addRod(batch, frame, new Vector3(0, top, 0), new Vector3(0, top + 0.02, 0.2), [0.014, 0.014], WOOD, 6);
    addLathe(
      batch,
      place(0, top - 0.3, 0.2, 0, frame),
      [
        [0.06, 0],
        [0.085, 0.16],
        [0.04, 0.2],
      ],
      [1.9, 1.15, 0.46],
      { segments: 6 },
    );
    addLathe(
      batch,
      place(0, top - 0.12, 0.2, 0, frame),
      [
        [0.11, 0],
        [0.02, 0.12],
      ],
      IRON,
      { segments: 6 },
    );
  },
};

/** What is held in a hand; the origin of the frame is in the fist, y is up and +z ahead. */
export function addProp(batch: Batch, prop: Prop, hand: Vector3, handHeight: number): void {
  const frame = Matrix.Translation(hand.x, hand.y, hand.z);
  const tip = TIPS[prop];
  if (tip) {
    const above = prop === "lantern" ? 0.75 : 1.05;
    pole(batch, frame, handHeight - 0.02, above);
    tip(batch, frame, above);
  } else if (prop === "hammer") {
    pole(batch, frame, 0.1, 0.3, 0.022);
    addBox(batch, place(0, 0.26, 0, 0, frame), [0.11, 0.1, 0.22], IRON);
  } else if (prop === "book") {
    addBox(batch, place(0, -0.02, 0.06, 0, frame), [0.2, 0.05, 0.26], rgb("#6b2f35"));
    addBox(batch, place(0, -0.008, 0.06, 0, frame), [0.18, 0.03, 0.262], rgb("#e6dcc0"));
  } else if (prop === "basket") {
    addBasket(batch, place(0, -0.24, 0.02, 0, frame));
  } else if (prop === "mug") {
    addLathe(
      batch,
      place(0, -0.05, 0.05, 0, frame),
      [
        [0.05, 0],
        [0.056, 0.13],
        [0.04, 0.13],
        [0.02, 0.12],
      ],
      scaled(WOOD, 1.1),
      { segments: 10 },
    );
  } else if (prop === "lute") {
    addLute(batch, frame);
  }
}

function addBasket(batch: Batch, frame: Matrix): void {
  addLathe(
    batch,
    frame,
    [
      [0.1, 0],
      [0.15, 0.16],
      [0.13, 0.15],
      [0.02, 0.12],
    ],
    scaled(WOOD, 1.15),
    { segments: 12 },
  );
  for (let fish = 0; fish < 4; fish++) {
    const at = place((fish - 1.5) * 0.05, 0.17, 0.02 * (fish % 2), fish, frame);
    addEllipsoid(batch, at, [0.03, 0.03, 0.11], rgb("#a9bccb"), 8);
  }
}

/** Held across the belly, its neck up to the left. */
function addLute(batch: Batch, frame: Matrix): void {
  const body = along(new Vector3(-0.06, 0.02, 0.1), new Vector3(0.5, 0.36, 0.06), frame);
  addEllipsoid(batch, body, [0.13, 0.19, 0.09], rgb("#a8672e"), 14);
  addRod(
    batch,
    body,
    new Vector3(0, 0.1, 0.05),
    new Vector3(0, 0.55, 0.05),
    [0.024, 0.02],
    scaled(WOOD, 0.7),
    7,
  );
  addEllipsoid(batch, place(0, 0.03, 0.082, 0, body), [0.05, 0.05, 0.01], rgb("#2a1a10"), 10);
}
