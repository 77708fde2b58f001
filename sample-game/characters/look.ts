import type { Rgb } from "../scene/geometry/batch.ts";
import { rgb } from "../scene/geometry/color.ts";

export type Outfit = "robe" | "dress" | "tunic" | "coat";
export type HairStyle = "none" | "short" | "bun" | "long" | "curls" | "tails";
export type Beard = "none" | "full" | "moustache" | "goatee";
export type Hat =
  | "none"
  | "hood"
  | "straw"
  | "pointed"
  | "cap"
  | "kettle"
  | "kerchief"
  | "toque"
  | "wimple"
  | "flowers"
  | "turban";
export type Prop =
  "none" | "lute" | "staff" | "hammer" | "lantern" | "spear" | "book" | "basket" | "shovel" | "mug";

/** What a figure is made from. */
export interface Look {
  /** Metres from sole to crown, hat not counted. */
  readonly height: number;
  /** Factor on girth. */
  readonly girth: number;
  /** Metres that the belly stands out. */
  readonly belly: number;
  readonly outfit: Outfit;
  readonly cloth: Rgb;
  readonly trim: Rgb;
  readonly skin: Rgb;
  readonly hair: HairStyle;
  readonly hairColor: Rgb;
  readonly beard: Beard;
  readonly hat: Hat;
  readonly hatColor: Rgb;
  readonly prop: Prop;
  /** Factor on the nose. */
  readonly nose: number;
}

interface LookRow {
  readonly size: readonly [height: number, girth: number, belly: number];
  readonly outfit: readonly [Outfit, cloth: string, trim: string];
  readonly skin: string;
  readonly hair: readonly [HairStyle, string];
  readonly beard?: Beard;
  readonly hat?: readonly [Hat, string];
  readonly prop?: Prop;
  readonly nose?: number;
}

export function look({ size, outfit, skin, hair, beard, hat, prop, nose }: LookRow): Look {
  return {
    height: size[0],
    girth: size[1],
    belly: size[2],
    outfit: outfit[0],
    cloth: rgb(outfit[1]),
    trim: rgb(outfit[2]),
    skin: rgb(skin),
    hair: hair[0],
    hairColor: rgb(hair[1]),
    beard: beard ?? "none",
    hat: hat?.[0] ?? "none",
    hatColor: rgb(hat?.[1] ?? "#000000"),
    prop: prop ?? "none",
    nose: nose ?? 1,
  };
}
