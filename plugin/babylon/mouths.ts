import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Node } from "@babylonjs/core/node.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";

/** Where the mouth is. */
export interface MouthOptions {
  /** From the node, in its own space. Defaults to the node's origin. */
  readonly offset?: Vector3;
}

export interface BoundMouth {
  readonly eid: number;
  /** What `bind` was given. */
  readonly node: Node;
}

/** The mouths of entities, as nodes of the scene. */
export interface Mouths {
  /** Gives an entity a mouth; replaces the one it had. Returns what takes it away. */
  bind(eid: number, node: TransformNode, options?: MouthOptions): () => void;
  unbind(eid: number): void;
  /** The node whose +X axis points out of the mouth. */
  of(eid: number): TransformNode | undefined;
  /** Whose body a node is part of: of the smallest part of the scene's tree that has the node and just one mouth. */
  speakerAt(node: Node): BoundMouth | undefined;
  dispose(): void;
}

/**
 * A mouth is a child node of its own: it carries the offset, and turns +X to where the node looks (+Z), because Babylon's
 * sound sources speak along +X. It goes with its parent.
 */
export function createMouths(): Mouths {
  const mouths = new Map<number, TransformNode>();
  const unbind = (eid: number) => mouths.get(eid)?.dispose();
  return {
    bind(eid, node, { offset = Vector3.Zero() } = {}) {
      unbind(eid);
      const mouth = new TransformNode(`${node.name} mouth`, node.getScene());
      mouth.parent = node;
      mouth.position.copyFrom(offset);
      mouth.rotation.y = -Math.PI / 2;
      mouth.onDisposeObservable.addOnce(() => {
        if (mouths.get(eid) === mouth) mouths.delete(eid);
      });
      mouths.set(eid, mouth);
      return () => mouth.dispose();
    },
    unbind,
    of: (eid) => mouths.get(eid),
    speakerAt(node) {
      for (let part: Node | null = node; part !== null; part = part.parent) {
        const body = part;
        const [first, second] = [...mouths].filter(([, mouth]) => mouth.isDescendantOf(body));
        if (second !== undefined) return undefined;
        if (first !== undefined) return { eid: first[0], node: first[1].parent ?? body };
      }
      return undefined;
    },
    dispose() {
      for (const eid of mouths.keys()) unbind(eid);
    },
  };
}
