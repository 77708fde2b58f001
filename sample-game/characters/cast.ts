import { createCast, type Seed, type SpeakerSpace, type VoiceWish } from "../../plugin/index.ts";
import type { Spot } from "../scene/layout.ts";
import { look, type Look } from "./look.ts";

export type CastName = keyof typeof CAST_ROWS;

/** Somebody with a name, a voice and a place. */
export interface Character {
  readonly name: CastName;
  /** As the village calls them. */
  readonly title: string;
  /** What their voice shall be like; `castSeeds` finds one for everybody. */
  readonly wish: VoiceWish;
  /** Factor on the speed of speech. */
  readonly speed: number;
  readonly look: Look;
}

const CAST_ROWS = {
  hester: [
    "Hester Quill, innkeeper",
    { kind: "woman", pitch: "high", brightness: "bright" },
    1,
    look({
      size: [1.68, 1.12, 0.04],
      outfit: ["dress", "#7a3b46", "#d8b46a"],
      skin: "#e8b894",
      hair: ["bun", "#9a4a2a"],
      prop: "mug",
    }),
  ],
  nan: [
    "Nan Pike, fishmonger",
    { kind: "woman", pitch: "high", brightness: "neutral" },
    1.05,
    look({
      size: [1.6, 1.25, 0.06],
      outfit: ["dress", "#4a6a7c", "#b9c6cf"],
      skin: "#e3a98a",
      hair: ["short", "#7d7a78"],
      hat: ["kerchief", "#c8663c"],
      prop: "basket",
      nose: 1.25,
    }),
  ],
  odo: [
    "Odo Ferrick, smith",
    { kind: "giant" },
    0.95,
    look({
      size: [1.9, 1.42, 0.05],
      outfit: ["tunic", "#5a4436", "#2e2622"],
      skin: "#c98a66",
      hair: ["none", "#2d211b"],
      beard: "full",
      prop: "hammer",
      nose: 1.2,
    }),
  ],
  wynn: [
    "Wynn Crumb, baker",
    { kind: "man", pitch: "middle", brightness: "neutral" },
    1,
    look({
      size: [1.62, 1.35, 0.12],
      outfit: ["tunic", "#d9cfba", "#b06a4c"],
      skin: "#f0c3a2",
      hair: ["short", "#b9803c"],
      beard: "moustache",
      hat: ["toque", "#efe8d8"],
      nose: 1.1,
    }),
  ],
  bertram: [
    "Sir Bertram Oakes, retired",
    { kind: "man", pitch: "deep", brightness: "neutral" },
    0.92,
    look({
      size: [1.8, 1.15, 0.05],
      outfit: ["coat", "#3c4a72", "#c9a54c"],
      skin: "#e6b89c",
      hair: ["short", "#d9d6d0"],
      beard: "moustache",
      nose: 1.3,
      prop: "mug",
    }),
  ],
  perrin: [
    "Perrin Vale, minstrel",
    { kind: "man", pitch: [125, 145] },
    1.05,
    look({
      size: [1.74, 0.92, 0],
      outfit: ["tunic", "#3f7a5a", "#d8a53c"],
      skin: "#b97c55",
      hair: ["curls", "#2b1c16"],
      beard: "goatee",
      hat: ["cap", "#8c2f45"],
      prop: "lute",
    }),
  ],
  mort: [
    "Mort Hollow, gravedigger",
    { pitch: "very deep" },
    0.88,
    look({
      size: [1.84, 0.85, 0],
      outfit: ["coat", "#3a3d40", "#565049"],
      skin: "#cdbba8",
      hair: ["long", "#4a4744"],
      hat: ["hood", "#2c2f36"],
      prop: "shovel",
      nose: 1.35,
    }),
  ],
  agnes: [
    "Sister Agnes, apothecary",
    { kind: "woman", size: "medium" },
    0.97,
    look({
      size: [1.64, 1, 0.02],
      outfit: ["robe", "#4b4668", "#d6cfbf"],
      skin: "#8f5d43",
      hair: ["none", "#2b2220"],
      hat: ["wimple", "#e6e0d2"],
      prop: "book",
    }),
  ],
  aldous: [
    "Aldous Finch, astronomer",
    { kind: "man", brightness: "bright" },
    1.06,
    look({
      size: [1.76, 0.9, 0],
      outfit: ["robe", "#2f3f86", "#d9b35a"],
      skin: "#f0cdb0",
      hair: ["long", "#cfcbc4"],
      beard: "full",
      hat: ["pointed", "#2c3a78"],
      prop: "staff",
      nose: 1.3,
    }),
  ],
  zafira: [
    "Zafira Quell, spice merchant",
    { kind: "woman", pitch: "very high" },
    1.03,
    look({
      size: [1.7, 1, 0],
      outfit: ["robe", "#a8502c", "#e0b552"],
      skin: "#a56a42",
      hair: ["long", "#1d1614"],
      hat: ["turban", "#2f7a78"],
    }),
  ],
  tibb: [
    "Corporal Tibb, night watch",
    { kind: "man", pitch: "middle" },
    1,
    look({
      size: [1.72, 1.05, 0.06],
      outfit: ["coat", "#6c2f33", "#c8b27a"],
      skin: "#ecb898",
      hair: ["short", "#6a4a2c"],
      beard: "moustache",
      hat: ["kettle", "#8d939e"],
      prop: "spear",
      nose: 1.15,
    }),
  ],
  ysolde: [
    "Madame Ysolde, fortunes told",
    { kind: "woman", pitch: [145, 165] },
    0.9,
    look({
      size: [1.62, 1.15, 0.05],
      outfit: ["robe", "#5c2f63", "#d6a24a"],
      skin: "#dcb08e",
      hair: ["curls", "#b8b4b8"],
      hat: ["kerchief", "#8a3f7a"],
      nose: 1.4,
    }),
  ],
  pip: [
    "Pip, aged eight and three quarters",
    { kind: "child" },
    1.1,
    look({
      size: [1.12, 0.78, 0.01],
      outfit: ["tunic", "#b0793a", "#5c6e3c"],
      skin: "#efc09c",
      hair: ["curls", "#8a4a22"],
    }),
  ],
  juniper: [
    "Juniper, who knows better",
    { kind: "child", pitch: "very high" },
    1.08,
    look({
      size: [1.2, 0.78, 0],
      outfit: ["dress", "#3f6f6a", "#d98a6a"],
      skin: "#7a4e36",
      hair: ["tails", "#231815"],
      hat: ["flowers", "#ffffff"],
    }),
  ],
  jory: [
    "Jory Wick, lamplighter",
    { kind: "man", pitch: "deep" },
    1,
    look({
      size: [1.78, 0.88, 0],
      outfit: ["coat", "#46583f", "#b8a060"],
      skin: "#e0aa84",
      hair: ["short", "#a8642c"],
      hat: ["straw", "#b99a58"],
      prop: "lantern",
    }),
  ],
} as const satisfies Record<string, readonly [string, VoiceWish, number, Look]>;

export const CAST: readonly Character[] = (Object.keys(CAST_ROWS) as CastName[]).map((name) => {
  const [title, wish, speed, figure] = CAST_ROWS[name];
  return { name, title, wish, speed, look: figure };
});

/** Another one gives everybody another voice of their kind. */
const VILLAGE_SEED = 1;

/** Seeds whose own voices are as wished and can be told apart, whatever the weights. `speaker` is the manifest's. */
export function castSeeds(speaker: SpeakerSpace): Readonly<Record<CastName, Seed>> {
  const roster = CAST.map(({ name, wish }) => ({ key: name, wish }));
  const cast = createCast(speaker, { seed: VILLAGE_SEED, roster });
  const seeds = CAST.map(({ name }) => [name, cast.assign(name).seed] as const);
  return Object.fromEntries(seeds) as Record<CastName, Seed>;
}

/** The traveller that the player is. */
export const TRAVELLER: Look = look({
  size: [1.72, 1, 0],
  outfit: ["robe", "#7a6244", "#4f6b62"],
  skin: "#d9a582",
  hair: ["short", "#3a2a20"],
  hat: ["hood", "#5f7a66"],
  prop: "lantern",
});

export interface Gathering {
  readonly centre: Spot;
  /** Who stands where: degrees from north round the centre, and metres from it. */
  readonly members: readonly (readonly [CastName, degrees: number, metres: number])[];
}

/** Who stands with whom. Everybody looks at the middle of their gathering. */
export const GATHERINGS: Readonly<Record<string, Gathering>> = {
  well: {
    centre: { x: -2.3, z: -2.9 },
    members: [
      ["nan", -70, 1],
      ["odo", -5, 1.1],
      ["wynn", 62, 1.05],
    ],
  },
  inn: {
    centre: { x: -2.6, z: 13.2 },
    members: [
      ["bertram", 105, 1.25],
      ["perrin", 200, 1.25],
      ["mort", -80, 1.25],
    ],
  },
  potions: {
    centre: { x: -8.55, z: -1.9 },
    members: [
      ["agnes", -115, 2.2],
      ["aldous", 40, 0.5],
    ],
  },
  spices: {
    centre: { x: 7.6, z: 4.5 },
    members: [
      ["zafira", 62, 2.2],
      ["tibb", -100, 0.5],
    ],
  },
  oak: {
    centre: { x: 4.9, z: -7.4 },
    members: [
      ["ysolde", 60, 1.1],
      ["pip", -40, 0.95],
      ["juniper", 185, 1],
    ],
  },
  door: { centre: { x: 2.4, z: -3.6 }, members: [["hester", 20, 0.8]] },
  rounds: { centre: { x: 0, z: 5.4 }, members: [["jory", 0, 0]] },
};
