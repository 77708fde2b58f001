import type { Viseme } from "../../runtime/text/visemes.ts";

/** How far the mouth is open, 0 to 1, for mouths that only open and close. */
export const OPENNESS: Readonly<Record<Viseme, number>> = {
  sil: 0,
  PP: 0,
  FF: 0.1,
  TH: 0.2,
  DD: 0.25,
  kk: 0.3,
  CH: 0.25,
  SS: 0.15,
  nn: 0.2,
  RR: 0.3,
  aa: 1,
  E: 0.6,
  I: 0.35,
  O: 0.75,
  U: 0.35,
};

export const VISEMES = Object.keys(OPENNESS) as readonly Viseme[];

/** Weights of named shapes for each mouth shape; the names are lower case. */
type Recipe = Readonly<Record<Viseme, Readonly<Record<string, number>>>>;

const OCULUS = Object.fromEntries(VISEMES.map((viseme) => [viseme, { [viseme.toLowerCase()]: 1 }])) as Recipe;

const ARKIT: Recipe = {
  sil: {},
  PP: { mouthclose: 0.05, mouthpressleft: 0.6, mouthpressright: 0.6, mouthrolllower: 0.2 },
  FF: { jawopen: 0.05, mouthrolllower: 0.6, mouthupperupleft: 0.3, mouthupperupright: 0.3 },
  TH: { jawopen: 0.15, tongueout: 0.4 },
  DD: { jawopen: 0.15, mouthlowerdownleft: 0.25, mouthlowerdownright: 0.25 },
  kk: { jawopen: 0.2 },
  CH: { jawopen: 0.1, mouthfunnel: 0.5, mouthpucker: 0.2 },
  SS: { jawopen: 0.05, mouthstretchleft: 0.4, mouthstretchright: 0.4 },
  nn: { jawopen: 0.12 },
  RR: { jawopen: 0.15, mouthfunnel: 0.35 },
  aa: { jawopen: 0.6 },
  E: { jawopen: 0.3, mouthstretchleft: 0.3, mouthstretchright: 0.3 },
  I: { jawopen: 0.15, mouthsmileleft: 0.4, mouthsmileright: 0.4 },
  O: { jawopen: 0.4, mouthfunnel: 0.6 },
  U: { jawopen: 0.15, mouthpucker: 0.8 },
};

const VRM: Recipe = {
  sil: {},
  PP: {},
  FF: { ih: 0.2 },
  TH: { ih: 0.3 },
  DD: { ih: 0.3 },
  kk: { ih: 0.3 },
  CH: { ou: 0.3 },
  SS: { ee: 0.25 },
  nn: { ih: 0.2 },
  RR: { ou: 0.35 },
  aa: { aa: 1 },
  E: { ee: 0.8 },
  I: { ih: 0.8 },
  O: { oh: 0.9 },
  U: { ou: 0.9 },
};

const OPEN = Object.fromEntries(
  VISEMES.map((viseme) => [viseme, { open: OPENNESS[viseme] }]),
) as unknown as Recipe;

/** A known set of morph targets. */
interface ShapeSet {
  readonly name: LipRig["shapes"];
  /** The name a target has in the recipe, as far as it belongs to the set. */
  readonly plainName: (target: string) => string;
  readonly recipe: Recipe;
  /** Targets that must be there for the set to be recognised. */
  readonly needed: readonly string[];
}

const SHAPE_SETS: readonly ShapeSet[] = [
  {
    name: "oculus", // viseme_aa (Ready Player Me), vrc.v_aa (VRChat)
    plainName: (target) => /(?:^|[._])(?:viseme|v)_([a-z]{1,3})$/.exec(target)?.[1] ?? "",
    recipe: OCULUS,
    needed: ["pp", "ff", "aa", "o", "u"],
  },
  {
    name: "arkit", // jawOpen
    plainName: (target) => target.split(/[._]/).at(-1) ?? "",
    recipe: ARKIT,
    needed: ["jawopen", "mouthfunnel", "mouthpucker"],
  },
  {
    name: "vrm", // aa ih ou ee oh (VRM 1), Fcl_MTH_A (VRoid)
    plainName: (target) => {
      const vowel = /(?:^|\.)fcl_mth_([aiueo])$/.exec(target)?.[1];
      if (vowel === undefined) return target.split(".").at(-1) ?? "";
      return { a: "aa", i: "ih", u: "ou", e: "ee", o: "oh" }[vowel] ?? "";
    },
    recipe: VRM,
    needed: ["aa", "ih", "ou", "ee", "oh"],
  },
  {
    name: "open", // one target that opens the mouth
    plainName: (target) => (/(?:jaw|mouth)_?open$/.test(target) ? "open" : ""),
    recipe: OPEN,
    needed: ["open"],
  },
];

/** How the morph targets of a face make mouth shapes. */
export interface LipRig {
  readonly shapes: "oculus" | "arkit" | "vrm" | "open";
  /** For each mouth shape: [index of a target, its weight]. */
  readonly weights: Readonly<Record<Viseme, readonly (readonly [number, number])[]>>;
}

/** Recognises Oculus, ARKit and VRM targets by name, or a single one that opens the mouth; undefined for other faces. */
export function detectLipRig(targetNames: readonly string[]): LipRig | undefined {
  const names = targetNames.map((name) => name.toLowerCase());
  for (const { name, plainName, recipe, needed } of SHAPE_SETS) {
    const indexOf = new Map(names.map((target, index) => [plainName(target), index]));
    if (!needed.every((target) => indexOf.has(target))) continue;
    const weightsOf = (viseme: Viseme) =>
      Object.entries(recipe[viseme]).flatMap(([target, weight]): (readonly [number, number])[] => {
        const index = indexOf.get(target);
        return index === undefined ? [] : [[index, weight]];
      });
    return {
      shapes: name,
      weights: Object.fromEntries(
        VISEMES.map((viseme) => [viseme, weightsOf(viseme)]),
      ) as unknown as LipRig["weights"],
    };
  }
  return undefined;
}
