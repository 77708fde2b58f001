import { mixed, rgb, scaled } from "../geometry/color.ts";
import { cloudNoise, smoothstep, stoneCells } from "./noise.ts";
import type { Surface } from "./relief.ts";

type Painter = (u: number, v: number) => Surface;

/** Rounded river stones, wet in their hollows. */
export function cobbles(): Painter {
  const cells = stoneCells(7, 14, 16, 0.5);
  const grain = cloudNoise(3, 16);
  const moss = cloudNoise(11, 3);
  return (u, v) => {
    const { edge, tone } = cells(u, v);
    const stone = smoothstep(0.0, 0.2, edge);
    const grey = mixed(rgb("#565a66"), rgb("#8f8a86"), tone * 0.7 + grain(u, v) * 0.3);
    const joint = mixed(rgb("#1b1c22"), rgb("#26301f"), smoothstep(0.45, 0.65, moss(u, v)));
    return {
      color: scaled(mixed(joint, grey, stone), 0.8 + 0.35 * grain(u, v)),
      height: stone * (0.75 + 0.25 * tone) + grain(u, v) * 0.08,
      shine: 0.25 + 0.75 * smoothstep(0.5, 0.75, moss(v, u)) + 0.2 * tone,
    };
  };
}

/** Lime plaster, near white so that vertex colours can tint it. */
export function plaster(): Painter {
  const blotches = cloudNoise(21, 4);
  const grain = cloudNoise(29, 32);
  const streaks = cloudNoise(31, 24, 3);
  return (u, v) => {
    const tone = 0.72 + 0.2 * blotches(u, v) + 0.1 * grain(u, v) - 0.12 * smoothstep(0.5, 0.8, streaks(u, v));
    return {
      color: [tone, tone * 0.985, tone * 0.96],
      height: grain(u, v) * 0.35 + blotches(u, v) * 0.4,
      shine: 0.1,
    };
  };
}

/** Sawn timber with its grain along v. */
export function timber(): Painter {
  const grain = cloudNoise(41, 32, 2);
  const fibre = cloudNoise(43, 64, 4);
  return (u, v) => {
    const tone = 0.55 + 0.5 * grain(u, v) * fibre(u, v) + 0.15 * fibre(u, v);
    return {
      color: [tone, tone * 0.96, tone * 0.92],
      height: grain(u, v) * 0.6 + fibre(u, v) * 0.4,
      shine: 0.25,
    };
  };
}

/** Split stone in courses. */
export function masonry(): Painter {
  const cells = stoneCells(57, 5, 10, 0.35);
  const grain = cloudNoise(59, 24);
  return (u, v) => {
    const { edge, tone } = cells(u, v);
    const stone = smoothstep(0.03, 0.16, edge);
    const shade = 0.5 + 0.35 * tone + 0.25 * grain(u, v);
    return {
      color: mixed([0.28, 0.27, 0.28], [shade, shade * 0.98, shade * 0.96], stone),
      height: stone * 0.8 + grain(u, v) * 0.25,
      shine: 0.2,
    };
  };
}

const SHINGLE_ROWS = 8;
const SHINGLES = 8;

/** Rounded wooden shingles; v runs up the roof. */
export function shingles(): Painter {
  const grain = cloudNoise(61, 64, 6);
  const tones = cloudNoise(67, SHINGLES);
  return (u, v) => {
    const y = v * SHINGLE_ROWS;
    const row = Math.floor(y);
    const x = u * SHINGLES + (row % 2) * 0.5;
    const across = Math.abs((x % 1) - 0.5) * 2;
    const up = y - row;
    const rim = 0.5 - 0.5 * Math.sqrt(Math.max(0, 1 - across ** 2.4));
    const gap = smoothstep(0, 0.1, 1 - across) * smoothstep(rim * 0.8, rim * 0.8 + 0.12, up + 0.02);
    const tone = 0.45 + 0.55 * tones((Math.floor(x) + 0.31) / SHINGLES, (row + 0.17) / SHINGLE_ROWS);
    const shade = (0.35 + 0.65 * gap) * tone * (0.8 + 0.4 * grain(u, v));
    return {
      color: [shade, shade, shade],
      height: gap * (0.95 - up * 0.6) + 0.1 * grain(u, v),
      shine: 0.35 * gap,
    };
  };
}
