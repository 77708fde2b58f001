import type { Camera } from "@babylonjs/core/Cameras/camera.js";
import { Position } from "../characters/components.ts";
import type { Population } from "../characters/populate.ts";
import { CAST } from "../characters/cast.ts";
import type { Reflection } from "../reflection.ts";
import type { VoiceCloning, VoicePlugin } from "../../plugin/index.ts";
import { createBubbles } from "./bubbles.ts";
import { createChat } from "./chat.ts";
import { createMirrorPanel } from "./mirror/mirror-panel.ts";
import { createPanel } from "./panel.ts";

/** Metres from which Hester hears what is typed. */
const ASKING_METRES = 8;

export interface HudSetup {
  readonly overlay: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Names what draws the picture. */
  readonly graphics: string;
  readonly voices: VoicePlugin;
  readonly people: Population;
  readonly reflection: Reflection;
  readonly cloning: VoiceCloning;
  readonly ask: (text: string) => void;
}

export interface Hud {
  /** Once a frame. */
  update(camera: Camera, framesPerSecond: number): void;
  dispose(): void;
}

/** Everything that is written over the picture while the game runs. */
export function createHud(setup: HudSetup): Hud {
  const { overlay, canvas, graphics, voices, people, reflection, cloning, ask } = setup;
  const { eids, figures, player } = people;
  const panel = createPanel(overlay, graphics);
  const bubbles = createBubbles({ parent: overlay, canvas, voices, eids, figures });
  const chat = createChat(overlay, canvas, ask);
  const names = new Map(CAST.map(({ name, title }) => [eids[name], title.split(",")[0]!]));
  names.set(reflection.eid, "Your reflection");
  const mirror = createMirrorPanel({
    parent: overlay,
    canvas,
    cloning,
    say: (voice, text) => void reflection.say(voice, text),
  });
  const removeSubtitles = voices.showSubtitles({
    container: overlay,
    nameOf: (eid) => names.get(eid) ?? "Somebody",
    most: 2,
  });
  return {
    update(camera, framesPerSecond) {
      panel.update(voices.stats, framesPerSecond, voices.locked);
      bubbles.update(camera);
      const away = Math.hypot(
        Position.x[eids.hester]! - Position.x[player]!,
        Position.z[eids.hester]! - Position.z[player]!,
      );
      mirror.update(reflection.isSeen);
      chat.update(away < ASKING_METRES && !mirror.isOpen);
    },
    dispose() {
      removeSubtitles();
      mirror.dispose();
      bubbles.dispose();
      chat.dispose();
    },
  };
}
