import { createDirector, type Director } from "./dialogue/director.ts";
import { element } from "./hud/element.ts";
import { createHud } from "./hud/hud.ts";
import { createTitle } from "./hud/title.ts";
import { createReflection, type Reflection } from "./reflection.ts";
import { seeded } from "./seeded.ts";
import { setStage, type Stage, type StageOptions } from "./stage.ts";
import { createVillageVoices } from "./voices.ts";
import {
  openVoiceCloning,
  type VoiceCloning,
  type VoiceCloningOptions,
  type VoicePlugin,
  type VoicePluginOptions,
} from "../plugin/index.ts";

export interface VillageOptions extends Pick<StageOptions, "canvas" | "quality" | "engine"> {
  /** Where everything goes that is written over the picture. */
  readonly overlay: HTMLElement;
  /** Address of the folder of weights. */
  readonly weights: string;
  readonly backend: NonNullable<VoicePluginOptions["backend"]>;
  /** How the mirror learns voices. Defaults to the plugin's way. */
  readonly cloning?: VoiceCloningOptions;
}

export interface Village {
  readonly stage: Stage;
  readonly voices: VoicePlugin;
  readonly director: Director;
  readonly reflection: Reflection;
  readonly cloning: VoiceCloning;
  dispose(): void;
}

/** People do not jump after a slow frame. */
const LONGEST_FRAME_SECONDS = 0.1;
const NOBODY: ReadonlyMap<number, number> = new Map();

/** Builds the village, waits for the voices and for the player, and lets it run. */
export async function startVillage(options: VillageOptions): Promise<Village> {
  const { canvas, overlay } = options;
  const title = createTitle(overlay);
  const stick = element("div", "stick", overlay);
  stick.hidden = true;
  const stage = await setStage({ ...options, stick });
  const { engine, api, adapterName } = stage.graphics;
  let onFrame: (seconds: number) => ReadonlyMap<number, number> = () => NOBODY;
  engine.runRenderLoop(() => {
    const frameSeconds = Math.min(LONGEST_FRAME_SECONDS, engine.getDeltaTime() / 1000);
    stage.advance(frameSeconds, onFrame(stage.seconds));
  });
  const { plugin: voices, follow } = await createVillageVoices(stage, {
    weights: options.weights,
    backend: options.backend,
    onProgress: title.progress,
  }).catch((error: unknown) => {
    title.fail(error instanceof Error ? error.message : String(error));
    throw error;
  });
  const reflection = createReflection(stage, voices);
  const cloning = await openVoiceCloning(voices, options.cloning);
  await title.ready();
  await voices.unlockAsync();
  const { people, crowd, player } = stage;
  const director = createDirector({
    voices,
    eids: people.eids,
    crowd: crowd.eids,
    traveller: people.player,
    random: seeded(99),
  });
  const hud = createHud({
    overlay,
    canvas,
    graphics: `${api}, ${adapterName}`,
    voices,
    people,
    reflection,
    cloning,
    ask: (text) => director.ask(text),
  });
  onFrame = (seconds) => {
    follow();
    director.update(seconds);
    hud.update(player.eye.camera, engine.getFps());
    return director.attention;
  };
  canvas.focus();
  return {
    stage,
    voices,
    director,
    reflection,
    cloning,
    dispose() {
      engine.stopRenderLoop();
      cloning.controller.dispose();
      hud.dispose();
      director.dispose();
      voices.dispose();
      stage.dispose();
    },
  };
}
