import { describe, expect, it } from "vitest";
import { detectLipRig, VISEMES } from "../../../plugin/babylon/viseme-shapes.ts";

const OCULUS = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"];

/** Names of the targets that make a shape. */
function made(names: readonly string[], viseme: (typeof VISEMES)[number]): Record<string, number> {
  const rig = detectLipRig(names);
  return Object.fromEntries((rig?.weights[viseme] ?? []).map(([index, weight]) => [names[index], weight]));
}

describe("detectLipRig", () => {
  it.each([
    ["Ready Player Me", OCULUS.map((name) => `viseme_${name}`), "viseme_"],
    ["VRChat", OCULUS.map((name) => `vrc.v_${name.toLowerCase()}`), "vrc.v_"],
    ["with the mesh's name", ["blink", ...OCULUS.map((name) => `Head.viseme_${name}`)], "Head.viseme_"],
  ])("knows Oculus visemes: %s", (_, names, prefix) => {
    expect(detectLipRig(names)?.shapes).toBe("oculus");
    for (const viseme of VISEMES) {
      const [[target, weight] = ["", 0]] = Object.entries(made(names, viseme));
      expect([target.toLowerCase(), weight]).toEqual([(prefix + viseme).toLowerCase(), 1]);
    }
  });

  it("knows ARKit, and leaves out what a face lacks", () => {
    const names = ["eyeBlinkLeft", "jawOpen", "mouthFunnel", "mouthPucker", "mouthSmileLeft"];
    expect(detectLipRig(names)?.shapes).toBe("arkit");
    expect(made(names, "aa")).toEqual({ jawOpen: 0.6 });
    expect(made(names, "O")).toEqual({ jawOpen: 0.4, mouthFunnel: 0.6 });
    expect(made(names, "I")).toEqual({ jawOpen: 0.15, mouthSmileLeft: 0.4 });
    expect(made(names, "sil")).toEqual({});
  });

  it.each([
    ["VRM 1", ["happy", "aa", "ih", "ou", "ee", "oh"], "oh"],
    ["VRoid", ["A", "I", "U", "E", "O"].map((vowel) => `Face.Fcl_MTH_${vowel}`), "Face.Fcl_MTH_O"],
  ])("knows the vowels of %s", (_, names, target) => {
    expect(detectLipRig(names)?.shapes).toBe("vrm");
    expect(made(names, "O")).toEqual({ [target]: 0.9 });
    expect(made(names, "PP")).toEqual({});
  });

  it("takes a single target that opens the mouth", () => {
    expect(detectLipRig(["smile", "Mouth_Open"])?.shapes).toBe("open");
    expect(made(["smile", "Mouth_Open"], "aa")).toEqual({ Mouth_Open: 1 });
    expect(made(["smile", "Mouth_Open"], "PP")).toEqual({ Mouth_Open: 0 });
  });

  it("does not guess at other faces", () => {
    expect(detectLipRig(["smile", "blink"])).toBeUndefined();
    expect(detectLipRig([])).toBeUndefined();
  });
});
