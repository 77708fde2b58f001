import type { Figure } from "./figure.ts";

/** What a figure is doing. */
export interface Pose {
  readonly seconds: number;
  /** Different for everybody. */
  readonly habit: number;
  readonly speed: number;
  /** Radians. */
  readonly stride: number;
  /** 0..1 */
  readonly liveliness: number;
  /** Words said so far; the hands change with them. */
  readonly words: number;
  /** Radians that the head turns from ahead. */
  readonly headTurn: number;
}

const WALKING_SPEED = 1.2;

/** Moves the parts of a figure: breath, weight, steps, gestures, blinks. */
export function poseFigure(figure: Figure, pose: Pose): void {
  const walk = Math.min(1, pose.speed / WALKING_SPEED);
  poseBody(figure, pose, walk);
  poseLegs(figure, pose, walk);
  poseArms(figure, pose, walk);
  poseHead(figure, pose);
}

function poseBody(
  { hips, hipHeight }: Figure,
  { seconds, habit, stride, liveliness }: Pose,
  walk: number,
): void {
  const breath = Math.sin(seconds * 1.7 + habit * 9);
  const sway = Math.sin(seconds * 0.6 + habit * 5) * (1 - walk);
  hips.position.y = hipHeight + Math.abs(Math.sin(stride)) * 0.035 * walk + breath * 0.004;
  hips.position.x = sway * 0.015;
  hips.rotation.z = -sway * 0.02 + Math.sin(stride) * 0.035 * walk;
  hips.rotation.x = 0.05 * walk + Math.sin(seconds * 3.1 + habit) * 0.02 * liveliness;
  hips.rotation.y = Math.sin(stride) * 0.06 * walk;
  hips.scaling.y = 1 + breath * 0.006;
}

function poseLegs({ legs }: Figure, { stride }: Pose, walk: number): void {
  const swing = Math.sin(stride) * 0.55 * walk;
  legs[0].rotation.x = swing;
  legs[1].rotation.x = -swing;
}

function poseArms({ arms }: Figure, { seconds, habit, stride, liveliness, words }: Pose, walk: number): void {
  const swing = Math.sin(stride) * 0.4 * walk;
  const idle = Math.sin(seconds * 1.1 + habit * 7) * 0.04;
  // One hand speaks; each word gives it another place to go.
  const reach = 0.55 + 0.45 * Math.sin(words * 2.4 + habit);
  const raise = liveliness * reach;
  arms[0].rotation.x = -swing + idle - raise * 0.95;
  arms[0].rotation.z = 0.1 + raise * 0.28 + Math.sin(seconds * 5 + habit) * 0.05 * liveliness;
  arms[1].rotation.x = swing * 0.5 - idle - liveliness * 0.12 * (1 - reach);
  arms[1].rotation.z = -0.1 - liveliness * 0.05;
}

function poseHead(
  { head, eyes, brows }: Figure,
  { seconds, habit, liveliness, words, headTurn }: Pose,
): void {
  head.rotation.y = headTurn + Math.sin(seconds * 0.43 + habit * 11) * 0.06;
  head.rotation.x = Math.sin(seconds * 0.9 + habit * 3) * 0.025 + Math.sin(words * 1.9) * 0.09 * liveliness;
  head.rotation.z = Math.sin(seconds * 0.37 + habit * 8) * 0.03 + Math.cos(words * 1.3) * 0.05 * liveliness;
  brows.position.y = 0.004 + liveliness * 0.014 * (0.5 + 0.5 * Math.sin(words * 2.7));
  const blink = (seconds + habit * 17) % (2.6 + habit * 2.4);
  eyes.scaling.y = blink < 0.13 ? 0.12 : 1;
}
