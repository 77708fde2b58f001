import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { place, type Batch } from "../scene/geometry/batch.ts";
import { mixed, rgb, scaled } from "../scene/geometry/color.ts";
import { addEllipsoid, addLathe, addRod } from "../scene/geometry/solids.ts";
import { addScalp } from "./head.ts";
import type { HairStyle, Hat, Look } from "./look.ts";

type Addition = (batch: Batch, look: Look) => void;

const HAIR: Readonly<Record<HairStyle, Addition>> = {
  none: () => undefined,
  short: (batch, { hairColor }) => addScalp(batch, hairColor, { puff: 0.02, front: 0.12, back: -0.1 }),
  bun(batch, { hairColor }) {
    addScalp(batch, hairColor, { puff: 0.018, front: 0.13, back: -0.11 });
    addEllipsoid(batch, place(0, 0.2, -0.13), [0.085, 0.08, 0.08], scaled(hairColor, 0.95), 12);
  },
  long(batch, { hairColor }) {
    addScalp(batch, hairColor, { puff: 0.024, front: 0.13, back: -0.12 });
    for (const [x, z, length] of [
      [0.15, -0.05, 0.36],
      [-0.15, -0.05, 0.36],
      [0.08, -0.15, 0.42],
      [-0.08, -0.15, 0.42],
      [0, -0.17, 0.44],
    ] as const) {
      const top = new Vector3(x, 0.02, z);
      addRod(
        batch,
        Matrix.Identity(),
        top,
        new Vector3(x * 1.15, -length, z - 0.02),
        [0.06, 0.035],
        hairColor,
        8,
      );
    }
  },
  curls(batch, { hairColor }) {
    for (let curl = 0; curl < 26; curl++) {
      const angle = curl * 2.4;
      const y = 0.2 - (curl / 26) * 0.24;
      const radius = Math.sqrt(Math.max(0, 1 - (y / 0.25) ** 2)) * 0.185;
      const z = Math.cos(angle) * radius - 0.015;
      if (z > 0.1 && y < 0.12) continue;
      const at = place(Math.sin(angle) * radius, y + 0.02, z);
      addEllipsoid(batch, at, [0.062, 0.062, 0.062], scaled(hairColor, 0.85 + (curl % 3) * 0.12), 8);
    }
  },
  tails(batch, { hairColor }) {
    addScalp(batch, hairColor, { puff: 0.02, front: 0.125, back: -0.11 });
    for (const side of [1, -1]) {
      const top = new Vector3(side * 0.17, 0.07, -0.06);
      addRod(
        batch,
        Matrix.Identity(),
        top,
        new Vector3(side * 0.27, -0.16, -0.05),
        [0.058, 0.028],
        hairColor,
        8,
      );
      addEllipsoid(batch, place(side * 0.175, 0.06, -0.06), [0.035, 0.035, 0.035], rgb("#c8524a"), 8);
    }
  },
};

const HATS: Readonly<Record<Hat, Addition>> = {
  none: () => undefined,
  hood(batch, { hatColor }) {
    addScalp(batch, hatColor, { puff: 0.055, front: 0.15, back: -0.2 });
    addEllipsoid(batch, place(0, 0.08, -0.2), [0.12, 0.13, 0.12], scaled(hatColor, 0.85), 12);
    for (const side of [1, -1]) {
      const top = new Vector3(side * 0.1, 0.2, 0.13);
      const cheek = new Vector3(side * 0.2, -0.02, 0.09);
      addRod(batch, Matrix.Identity(), new Vector3(0, 0.23, 0.14), top, [0.035, 0.035], hatColor, 8);
      addRod(batch, Matrix.Identity(), top, cheek, [0.035, 0.035], hatColor, 8);
      addRod(
        batch,
        Matrix.Identity(),
        cheek,
        new Vector3(side * 0.12, -0.23, 0.06),
        [0.035, 0.05],
        hatColor,
        8,
      );
    }
  },
  straw(batch, { hatColor }) {
    hatOf(batch, hatColor, [
      [0.4, 0.1],
      [0.36, 0.13],
      [0.2, 0.15],
      [0.185, 0.26],
      [0.12, 0.31],
      [0.01, 0.32],
    ]);
    band(batch, rgb("#8c3a35"), 0.195);
  },
  pointed(batch, { hatColor }) {
    hatOf(batch, hatColor, [
      [0.34, 0.11],
      [0.32, 0.135],
      [0.2, 0.15],
      [0.15, 0.3],
      [0.09, 0.46],
      [0.04, 0.6],
      [0.005, 0.68],
    ]);
    band(batch, rgb("#d9b35a"), 0.2);
  },
  cap(batch, { hatColor }) {
    addEllipsoid(batch, place(0.02, 0.19, -0.02), [0.23, 0.1, 0.22], hatColor, 14);
    hatOf(batch, scaled(hatColor, 0.75), [
      [0.185, 0.1],
      [0.2, 0.15],
      [0.19, 0.18],
    ]);
    addRod(
      batch,
      Matrix.Identity(),
      new Vector3(-0.17, 0.2, 0.05),
      new Vector3(-0.24, 0.42, -0.12),
      [0.012, 0.03],
      rgb("#d8d2c0"),
      6,
    );
  },
  kettle(batch, { hatColor }) {
    hatOf(batch, hatColor, [
      [0.31, 0.08],
      [0.3, 0.1],
      [0.2, 0.15],
      [0.19, 0.22],
      [0.12, 0.29],
      [0.01, 0.32],
    ]);
  },
  kerchief(batch, { hatColor }) {
    addScalp(batch, hatColor, { puff: 0.032, front: 0.125, back: -0.12 });
    addEllipsoid(batch, place(0, -0.06, -0.2), [0.06, 0.07, 0.05], scaled(hatColor, 0.8), 8);
  },
  toque(batch, { hatColor }) {
    hatOf(batch, hatColor, [
      [0.195, 0.1],
      [0.2, 0.2],
      [0.26, 0.28],
      [0.25, 0.36],
      [0.15, 0.4],
      [0.01, 0.4],
    ]);
  },
  wimple(batch, { hatColor }) {
    addScalp(batch, hatColor, { puff: 0.035, front: 0.125, back: -0.2 });
    for (const side of [1, -1]) {
      const temple = new Vector3(side * 0.19, 0.06, 0.06);
      addRod(
        batch,
        Matrix.Identity(),
        temple,
        new Vector3(side * 0.13, -0.24, 0.04),
        [0.035, 0.06],
        hatColor,
        8,
      );
    }
    addEllipsoid(batch, place(0, -0.26, -0.02), [0.17, 0.09, 0.15], hatColor, 12);
  },
  flowers(batch) {
    const petals = ["#d0607a", "#e6cf6a", "#cfc8f0", "#e08a4a"].map(rgb);
    for (let flower = 0; flower < 13; flower++) {
      const angle = (flower / 13) * 2 * Math.PI;
      const at = place(Math.sin(angle) * 0.19, 0.135, Math.cos(angle) * 0.19);
      addEllipsoid(batch, at, [0.042, 0.036, 0.042], flower % 3 ? petals[flower % 4]! : rgb("#55733f"), 7);
    }
  },
  turban(batch, { hatColor }) {
    for (const [y, radius] of [
      [0.12, 0.2],
      [0.19, 0.19],
      [0.25, 0.14],
    ] as const) {
      addEllipsoid(
        batch,
        place(0, y, -0.01),
        [radius + 0.03, 0.06, radius + 0.03],
        mixed(hatColor, [1, 1, 1], y * 0.4),
        14,
      );
    }
    addEllipsoid(batch, place(0, 0.19, 0.22), [0.03, 0.04, 0.02], [0.4, 1.3, 1.1], 8);
  },
};

function hatOf(batch: Batch, color: Look["hatColor"], profile: readonly (readonly [number, number])[]): void {
  addLathe(batch, place(0, 0, -0.01), profile, color, { segments: 18 });
  const inside = profile
    .slice(0, 3)
    .map(([radius, y]) => [radius * 0.99, y - 0.006] as const)
    .toReversed();
  addLathe(batch, place(0, 0, -0.01), inside, scaled(color, 0.5), { segments: 18 });
}

function band(batch: Batch, color: Look["hatColor"], radius: number): void {
  addLathe(
    batch,
    place(0, 0, -0.01),
    [
      [radius + 0.008, 0.145],
      [radius + 0.004, 0.185],
    ],
    color,
    { segments: 18 },
  );
}

/** Hair, and what is worn over it. */
export function addHeadgear(batch: Batch, look: Look): void {
  HAIR[look.hair](batch, look);
  HATS[look.hat](batch, look);
}
