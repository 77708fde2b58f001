import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { buildMesh, createBatch, type Batch } from "../scene/geometry/batch.ts";
import { mixed, rgb } from "../scene/geometry/color.ts";
import type { Materials } from "../scene/materials.ts";
import { addArm, addLeg, addTorso, handOf } from "./garments.ts";
import { addBeard, addBrows, addEyes, addHead, EYE_HEIGHT } from "./head.ts";
import { addHeadgear } from "./headgear.ts";
import type { Look } from "./look.ts";
import { createMouth } from "./mouth.ts";
import { proportionsOf } from "./proportions.ts";
import { addProp } from "./props.ts";

/** The moving parts of a person. */
export interface Figure {
  /** On the ground, looking to +z. */
  readonly root: TransformNode;
  readonly hips: TransformNode;
  readonly head: TransformNode;
  readonly eyes: Mesh;
  readonly brows: Mesh;
  /** With a morph target for each viseme. */
  readonly mouth: Mesh;
  /** At +x, then at -x. */
  readonly arms: readonly [TransformNode, TransformNode];
  readonly legs: readonly [TransformNode, TransformNode];
  readonly meshes: readonly Mesh[];
  readonly hipHeight: number;
  /** Above the crown, where a speech bubble hangs. */
  readonly topHeight: number;
}

const LIPS = rgb("#a8483f");

/** Builds a person from primitive solids. */
export function createFigure(
  name: string,
  look: Look,
  seed: number,
  materials: Materials,
  scene: Scene,
): Figure {
  const sizes = proportionsOf(look);
  const meshes: Mesh[] = [];
  const node = (part: string, parent: TransformNode | null, y: number, x = 0) => {
    const made = new TransformNode(`${name}-${part}`, scene);
    made.parent = parent;
    made.position.set(x, y, 0);
    return made;
  };
  const solid = (part: string, parent: TransformNode, add: (batch: Batch) => void) => {
    const batch = createBatch();
    add(batch);
    const mesh = buildMesh(`${name}-${part}`, batch, materials.people, scene);
    mesh.parent = parent;
    mesh.receiveShadows = true;
    meshes.push(mesh);
    return mesh;
  };
  const root = node("root", null, 0);
  const hips = node("hips", root, sizes.hips);
  const head = node("head", hips, sizes.headMiddle - sizes.hips);
  head.scaling.setAll(sizes.headScale);
  const armLength = (sizes.shoulders - sizes.hips) * 1.12;
  const arms = [1, -1].map((side) => {
    const arm = node(`arm${side}`, hips, sizes.shoulders - sizes.hips - 0.05, side * sizes.reach);
    solid(`sleeve${side}`, arm, (batch) => {
      addArm(batch, look, armLength, side);
      if (side < 0) addProp(batch, look.prop, handOf(armLength, side), sizes.shoulders - armLength - 0.05);
    });
    return arm;
  });
  const legs = [1, -1].map((side) => {
    const leg = node(`leg${side}`, root, sizes.hips, side * 0.085 * look.girth);
    solid(`boot${side}`, leg, (batch) => addLeg(batch, look, sizes.hips));
    return leg;
  });
  solid("torso", hips, (batch) => addTorso(batch, look, sizes));
  solid("skull", head, (batch) => {
    addHead(batch, look);
    addBeard(batch, look);
    addHeadgear(batch, look);
  });
  const eyes = solid("eyes", head, (batch) => addEyes(batch, seed));
  eyes.position.y = EYE_HEIGHT;
  const brows = solid("brows", head, (batch) => addBrows(batch, look));
  const mouth = createMouth(`${name}-mouth`, mixed(look.skin, LIPS, 0.55), materials.people, scene);
  mouth.parent = head;
  return {
    root,
    hips,
    head,
    eyes,
    brows,
    mouth,
    arms: arms as [TransformNode, TransformNode],
    legs: legs as [TransformNode, TransformNode],
    meshes: [...meshes, mouth],
    hipHeight: sizes.hips,
    topHeight: sizes.headMiddle + 0.45 * sizes.headScale,
  };
}
