import { seeded } from "../../seeded.ts";

/** A value of a field that repeats every 1 in u and v. */
export type Field = (u: number, v: number) => number;

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

export function smoothstep(low: number, high: number, value: number): number {
  return smooth(Math.min(1, Math.max(0, (value - low) / (high - low))));
}

function wrapped(index: number, count: number): number {
  return ((index % count) + count) % count;
}

/** Smooth noise in 0..1 with `columns` x `rows` bumps. */
function valueNoise(seed: number, columns: number, rows: number): Field {
  const random = seeded(seed);
  const grid = Float32Array.from({ length: columns * rows }, () => random());
  const at = (x: number, y: number) => grid[wrapped(y, rows) * columns + wrapped(x, columns)]!;
  return (u, v) => {
    const [x, y] = [u * columns, v * rows];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [smooth(x - left), smooth(y - top)];
    const upper = at(left, top) + (at(left + 1, top) - at(left, top)) * fx;
    const lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * fx;
    return upper + (lower - upper) * fy;
  };
}

/** Noise of four octaves in 0..1. */
export function cloudNoise(seed: number, columns: number, rows = columns): Field {
  const octaves = [0, 1, 2, 3].map((octave) => valueNoise(seed + octave, columns << octave, rows << octave));
  return (u, v) => octaves.reduce((sum, noise, octave) => sum + noise(u, v) / 2 ** (octave + 1), 0) / 0.9375;
}

export interface Cell {
  /** Distance to the edge of the cell, in cells. */
  readonly edge: number;
  /** In 0..1, the same all over the cell. */
  readonly tone: number;
}

/** Rounded stones: the cells round points that are scattered on a grid (Worley noise). */
export function stoneCells(
  seed: number,
  columns: number,
  rows: number,
  scatter: number,
): (u: number, v: number) => Cell {
  const random = seeded(seed);
  const points = Array.from({ length: columns * rows }, () => ({
    x: 0.5 + (random() - 0.5) * scatter,
    y: 0.5 + (random() - 0.5) * scatter,
    tone: random(),
  }));
  return (u, v) => {
    const [x, y] = [u * columns, v * rows];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    let nearest = 9;
    let second = 9;
    let tone = 0;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const shift = wrapped(row + dy, 2) * 0.5;
        for (const side of [0, -1]) {
          const point = points[wrapped(row + dy, rows) * columns + wrapped(column + dx + side, columns)]!;
          const px = column + dx + side + point.x + shift - x;
          const distance = Math.hypot(px, row + dy + point.y - y);
          if (distance < nearest) [second, nearest, tone] = [nearest, distance, point.tone];
          else if (distance < second && distance > nearest) second = distance;
        }
      }
    }
    return { edge: second - nearest, tone };
  };
}
