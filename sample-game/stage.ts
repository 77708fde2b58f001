import { createWorld, type World } from "bitecs";
import type { Scene } from "@babylonjs/core/scene.js";
import { createCrowd, wander, type Crowd } from "./characters/crowd.ts";
import { Position } from "./characters/components.ts";
import { movePeople } from "./characters/move-people.ts";
import { populate, type Population } from "./characters/populate.ts";
import { createFootShadows } from "./characters/shadows.ts";
import { showFigure, showPeople } from "./characters/show-people.ts";
import { createRounds } from "./dialogue/rounds.ts";
import { createPlayer, type Player } from "./player/player.ts";
import { qualityFor, QUALITIES } from "./quality.ts";
import { createGraphicsAsync, type Graphics } from "./scene/engine.ts";
import { gradePicture } from "./scene/grading.ts";
import { createLookingGlass } from "./scene/looking-glass.ts";
import { PLAYER_START } from "./scene/layout.ts";
import { createNight, type Night } from "./scene/night.ts";
import { seeded } from "./seeded.ts";

export interface StageOptions {
  readonly canvas: HTMLCanvasElement;
  /** The stick that a thumb moves on a touch screen. */
  readonly stick: HTMLElement;
  /** `low`, `high`, or null for what fits the adapter. */
  readonly quality: string | null;
  /** `webgpu`, `webgl`, or null for the best there is. */
  readonly engine: string | null;
}

/** The village and everybody in it, who move but do not speak yet. */
export interface Stage {
  readonly graphics: Graphics;
  readonly scene: Scene;
  readonly world: World;
  readonly people: Population;
  readonly crowd: Crowd;
  readonly player: Player;
  /** Seconds since it was set. */
  readonly seconds: number;
  /** Runs everybody for a frame and draws it; `attention` says who looks at whom. */
  advance(frameSeconds: number, attention: ReadonlyMap<number, number>): void;
  dispose(): void;
}

export async function setStage({
  canvas,
  stick,
  quality: wanted,
  engine: api,
}: StageOptions): Promise<Stage> {
  const graphics = await createGraphicsAsync(canvas, api);
  const { engine } = graphics;
  const quality = QUALITIES[qualityFor(wanted, graphics.adapterName)];
  engine.setHardwareScalingLevel(quality.pixelScale);
  const night = createNight(engine, quality);
  const { scene, materials, lights } = night;
  const world = createWorld();
  const people = populate(world, scene, materials, PLAYER_START);
  const crowd = createCrowd(world, scene, materials, quality.crowd);
  if (quality.movingShadows) castShadows(night, people, crowd);
  const player = createPlayer(scene, people.player, canvas, stick);
  gradePicture(scene, player.eye.camera, quality);
  const figureMeshes = [...people.figures.values()].flatMap(({ meshes }) => meshes);
  const ground = scene.getMeshByName("ground")!;
  const glass = createLookingGlass(scene, quality, [...figureMeshes, ...crowd.meshes, ground]);
  const showFeet = createFootShadows(scene, [...people.figures.keys(), ...crowd.eids]);
  const goRounds = createRounds(people.eids.jory);
  const random = seeded(2026);
  const onResize = () => engine.resize();
  window.addEventListener("resize", onResize);
  const viewerSpot = () => ({ x: Position.x[people.player]!, z: Position.z[people.player]! });
  let seconds = 0;
  let frame = 0;
  return {
    graphics,
    scene,
    world,
    people,
    crowd,
    player,
    get seconds() {
      return seconds;
    },
    advance(frameSeconds, attention) {
      seconds += frameSeconds;
      frame += 1;
      goRounds();
      wander(world, random);
      movePeople(world, frameSeconds);
      player.update(frameSeconds);
      const context = { figures: people.figures, seconds, frameSeconds, attention };
      showPeople(world, context);
      showFigure(people.player, people.figures.get(people.player)!, context);
      crowd.show(people.player, frame);
      showFeet();
      lights.update(seconds, viewerSpot());
      glass.update(viewerSpot());
      scene.render();
    },
    dispose() {
      window.removeEventListener("resize", onResize);
      player.dispose();
      scene.dispose();
      engine.dispose();
    },
  };
}

function castShadows({ lights }: Night, { figures }: Population, crowd: Crowd): void {
  const figureMeshes = [...figures.values()].flatMap(({ meshes }) => meshes);
  for (const mesh of [...figureMeshes, ...crowd.meshes]) lights.shadows.addShadowCaster(mesh, false);
}
