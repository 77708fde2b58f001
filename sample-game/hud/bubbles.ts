import type { Camera } from "@babylonjs/core/Cameras/camera.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CAST, type CastName } from "../characters/cast.ts";
import { Position } from "../characters/components.ts";
import type { Figure } from "../characters/figure.ts";
import { createCaptions, hexOf, VoiceComponent, type VoicePlugin } from "../../plugin/index.ts";
import { createTag, placeTag, type Tag } from "./name-tags.ts";
import { screenPlace } from "./screen.ts";

export interface Bubbles {
  update(camera: Camera): void;
  dispose(): void;
}

interface BubblesSetup {
  readonly parent: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly voices: VoicePlugin;
  readonly eids: Readonly<Record<CastName, number>>;
  readonly figures: ReadonlyMap<number, Figure>;
}

/** Names, seeds and speech bubbles over the cast; the words appear as they are heard. */
export function createBubbles({ parent, canvas, voices, eids, figures }: BubblesSetup): Bubbles {
  const tags = new Map<number, Tag>(
    CAST.map(({ name, title }) => {
      const eid = eids[name];
      const seed = { lo: VoiceComponent.seedLo[eid]!, hi: VoiceComponent.seedHi[eid]! };
      return [eid, createTag(parent, title, hexOf(seed))] as const;
    }),
  );
  const speaking = new Set<number>();
  const captions = createCaptions(voices, {
    onChange(current) {
      speaking.clear();
      for (const { eid, text, said } of current) {
        const tag = tags.get(eid);
        if (!tag) continue;
        speaking.add(eid);
        tag.said.textContent = text.slice(0, said);
        tag.coming.textContent = text.slice(said);
      }
    },
  });
  const above = new Vector3();
  return {
    update(camera) {
      for (const [eid, tag] of tags) {
        above.set(Position.x[eid]!, figures.get(eid)!.topHeight, Position.z[eid]!);
        placeTag(tag, screenPlace(above, camera, canvas), canvas.clientWidth, speaking.has(eid));
      }
    },
    dispose: () => captions.dispose(),
  };
}
