import { element } from "./element.ts";
import type { ScreenPlace } from "./screen.ts";

/** A speech bubble and a name over a head. */
export interface Tag {
  readonly root: HTMLElement;
  readonly bubble: HTMLElement;
  readonly said: HTMLElement;
  readonly coming: HTMLElement;
  readonly name: HTMLElement;
  readonly seed: HTMLElement;
}

/** Digits of a seed that are shown; all of them where the pointer rests on it. */
const SEED_DIGITS = 4;

/** @param seed in hexadecimal, such as 0x00000000075bcd15 */
export function createTag(parent: HTMLElement, title: string, seed: string): Tag {
  const root = element("div", "tag", parent);
  const bubble = element("p", "bubble", root);
  const said = element("span", "said", bubble);
  const coming = element("span", "coming", bubble);
  const name = element("p", "name", root, title);
  const shortSeed = element("span", "seed", name, `seed …${seed.slice(-SEED_DIGITS)}`);
  shortSeed.title = seed;
  root.hidden = true;
  return { root, bubble, said, coming, name, seed: shortSeed };
}

const SEED_METRES = 7;
const NAME_METRES = 13;
const BUBBLE_METRES = 17;
const HALF_BUBBLE = 130;

/** Puts a tag where its head is; far away it shrinks and loses the seed, then the name, then the bubble. */
export function placeTag(
  { root, bubble, name, seed }: Tag,
  place: ScreenPlace | undefined,
  width: number,
  isSpeaking: boolean,
): void {
  const showsBubble = isSpeaking && place !== undefined && place.distance < BUBBLE_METRES;
  const showsName = place !== undefined && place.distance < NAME_METRES;
  root.hidden = !showsBubble && !showsName;
  if (root.hidden || !place) return;
  bubble.hidden = !showsBubble;
  name.hidden = !showsName;
  seed.hidden = place.distance > SEED_METRES;
  const size = Math.max(0.8, Math.min(1, 5 / place.distance));
  const half = showsBubble ? Math.min(HALF_BUBBLE * size, width / 2 - 8) : 0;
  const x = Math.max(half + 6, Math.min(width - half - 6, place.x));
  root.style.transform = `translate(${x.toFixed(1)}px, ${place.y.toFixed(1)}px) scale(${size.toFixed(3)})`;
  root.style.zIndex = String(1000 - Math.round(place.distance * 10));
}
