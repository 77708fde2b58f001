/** Colors of what is drawn; the same as in style.css. */
export const COLORS = {
  ink: "#2a2730",
  faint: "#857d74",
  hairline: "rgba(42, 39, 48, 0.09)",
  a: "#17706e",
  b: "#bf5a26",
} as const;

type Color = readonly [number, number, number];

/** From dark to bright: slate, stone, honey. */
const RAMP: readonly Color[] = [
  [52, 68, 110],
  [150, 140, 150],
  [226, 164, 58],
];

/** From silence to full level: paper to ink. */
const LEVELS: readonly Color[] = [
  [251, 248, 241],
  [233, 214, 184],
  [205, 132, 84],
  [116, 50, 72],
  [34, 24, 48],
];

/** The color of a share from 0 to 1 of a trait's range. */
export function traitColor(share: number): string {
  const [red, green, blue] = mix(RAMP, share);
  return `rgba(${red}, ${green}, ${blue}, 0.72)`;
}

/** The color of a level from 0 to 1. */
export function levelColor(share: number): Color {
  return mix(LEVELS, share);
}

function mix(ramp: readonly Color[], share: number): Color {
  const place = Math.max(0, Math.min(1, share)) * (ramp.length - 1);
  const index = Math.min(ramp.length - 2, Math.floor(place));
  const [from = BLACK, to = BLACK] = [ramp[index], ramp[index + 1]];
  const between = (channel: 0 | 1 | 2) =>
    Math.round(from[channel] + (to[channel] - from[channel]) * (place - index));
  return [between(0), between(1), between(2)];
}

const BLACK: Color = [0, 0, 0];
