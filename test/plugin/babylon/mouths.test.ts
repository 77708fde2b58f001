import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Scene } from "@babylonjs/core/scene.js";
import { afterAll, describe, expect, it } from "vitest";
import { createMouths } from "../../../plugin/babylon/mouths.ts";

const engine = new NullEngine();
const scene = new Scene(engine);
afterAll(() => engine.dispose());

function node(name: string, parent: TransformNode | null = null): TransformNode {
  const made = new TransformNode(name, scene);
  made.parent = parent;
  return made;
}

describe("whose body a node is part of", () => {
  const village = node("village");
  const [guard, smith] = [node("guard", village), node("smith", village)];
  const [head, hand, sword] = [node("head", guard), node("hand", guard), node("sword")];
  sword.parent = hand;
  const well = node("well", village);
  const mouths = createMouths();
  const unbind = mouths.bind(7, head);
  mouths.bind(8, smith);

  it.each([
    ["the node that the mouth is bound to", head],
    ["a body above it", guard],
    ["a limb beside it", hand],
    ["what the limb holds", sword],
  ])("finds the speaker at %s", (_, at) => {
    expect(mouths.speakerAt(at)).toEqual({ eid: 7, node: head });
  });

  it("finds nobody where several speak, or none", () => {
    expect(mouths.speakerAt(smith)?.eid).toBe(8);
    expect(mouths.speakerAt(well)).toBeUndefined();
    expect(mouths.speakerAt(village)).toBeUndefined();
    expect(mouths.speakerAt(node("moon"))).toBeUndefined();
    unbind();
    expect(mouths.speakerAt(head)?.eid).toBe(8); // the only one left in the village
  });
});
