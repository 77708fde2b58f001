import { addComponent, set } from "bitecs";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CAST, castSeeds } from "./characters/cast.ts";
import { Position } from "./characters/components.ts";
import type { Stage } from "./stage.ts";
import {
  createVoicePluginAsync,
  VoiceComponent,
  type VoicePlugin,
  type VoicePluginOptions,
} from "../plugin/index.ts";

/** In scene units, which are metres here. */
const HEARING_RANGE = 22;
const MOUTH = new Vector3(0, -0.1, 0.2);
const CROWD_MOUTH_HEIGHT = 1.5;
const CROWD_SEED = 5000;

export interface VillageVoices {
  readonly plugin: VoicePlugin;
  /** Takes the mouths of the crowd to where its people are; once a frame. */
  follow(): void;
}

/** Gives everybody a voice, a mouth and lips: all that a game needs to do with the plugin. */
export async function createVillageVoices(
  { scene, world, people, crowd }: Stage,
  options: VoicePluginOptions,
): Promise<VillageVoices> {
  const plugin = await createVoicePluginAsync(scene, world, { hearingRange: HEARING_RANGE, ...options });
  const seeds = castSeeds(plugin.manifest.speaker);
  for (const { name, speed } of CAST) {
    const seed = seeds[name];
    const eid = people.eids[name];
    const figure = people.figures.get(eid)!;
    addComponent(world, eid, set(VoiceComponent, { seed, speed, importance: name === "hester" ? 2 : 1 }));
    plugin.bindMouth(eid, figure.head, { offset: MOUTH });
    plugin.bindLips(eid, figure.mouth);
    if (name === "hester") plugin.prepare(eid);
  }
  const nodes = crowd.eids.map((eid, index) => {
    const node = new TransformNode(`crowd-mouth-${index}`, scene);
    addComponent(world, eid, set(VoiceComponent, { seed: CROWD_SEED + index, gain: 0.7 }));
    plugin.bindMouth(eid, node);
    return node;
  });
  return {
    plugin,
    follow() {
      nodes.forEach((node, index) => {
        const eid = crowd.eids[index]!;
        node.position.set(Position.x[eid]!, CROWD_MOUTH_HEIGHT, Position.z[eid]!);
      });
    },
  };
}
