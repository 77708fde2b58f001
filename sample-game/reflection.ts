import { addComponent, addEntity, set } from "bitecs";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Position } from "./characters/components.ts";
import { BEFORE_MIRROR, facing, MIRROR } from "./scene/layout.ts";
import type { Stage } from "./stage.ts";
import { VoiceComponent, type VoiceLine, type VoicePlugin } from "../plugin/index.ts";

const MOUTH_HEIGHT = 1.5;
const NEAR_METRES = 2.9;

const SAYINGS = [
  "So this is what I sound like. It is like hearing a letter that I wrote myself.",
  "Do not look so surprised. You said that sentence first.",
  "I have your voice now. I shall use it only when you are here.",
];

/** Who looks out of the mirror: nobody to talk to until it has learned a voice. */
export interface Reflection {
  readonly eid: number;
  /** True while the player stands before the mirror. */
  readonly isSeen: boolean;
  /** Speaks with a learned voice; what defaults to one of its own thoughts. */
  say(voice: string, text?: string): VoiceLine;
}

/** Its lips are the player's own, whom the mirror shows. */
export function createReflection({ scene, world, people }: Stage, voices: VoicePlugin): Reflection {
  const eid = addEntity(world);
  addComponent(world, eid, set(VoiceComponent, { seed: 1, importance: 2 }));
  const mouth = new TransformNode("reflection-mouth", scene);
  mouth.position.set(MIRROR.x, MOUTH_HEIGHT, MIRROR.z);
  mouth.rotation.y = facing(MIRROR, BEFORE_MIRROR);
  voices.bindMouth(eid, mouth);
  voices.bindLips(eid, people.figures.get(people.player)!.mouth);
  let said = 0;
  return {
    eid,
    get isSeen() {
      const { x, z } = { x: Position.x[people.player]!, z: Position.z[people.player]! };
      const isNear = Math.hypot(x - MIRROR.x, z - MIRROR.z) < NEAR_METRES;
      return isNear && isBefore(x, z);
    },
    say(voice, text = SAYINGS[said++ % SAYINGS.length]!) {
      VoiceComponent.adapter[eid] = voice;
      return voices.speak(eid, text, { policy: "cut", detail: "full" });
    },
  };
}

/** On the side that the glass looks to. */
function isBefore(x: number, z: number): boolean {
  const [ahead, aside] = [BEFORE_MIRROR.x - MIRROR.x, BEFORE_MIRROR.z - MIRROR.z];
  return (x - MIRROR.x) * ahead + (z - MIRROR.z) * aside > 0;
}
