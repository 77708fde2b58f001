/** A square with houses, lamps and people: something to draw while they speak. Nothing in it is left to chance. */
import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { PointLight } from "@babylonjs/core/Lights/pointLight.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateBox } from "@babylonjs/core/Meshes/Builders/boxBuilder.js";
import { CreateCapsule } from "@babylonjs/core/Meshes/Builders/capsuleBuilder.js";
import { CreateGround } from "@babylonjs/core/Meshes/Builders/groundBuilder.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";

export interface Square {
  readonly scene: Scene;
  readonly people: readonly Mesh[];
  /** Puts the camera where the walk is after some seconds. */
  walkTo(seconds: number): void;
}

const PEOPLE = 16;
const HOUSES = 24;
const LAMPS = 3;
const SECONDS_A_ROUND = 20;

export function createSquare(engine: AbstractEngine): Square {
  const scene = new Scene(engine);
  const camera = new FreeCamera("walker", Vector3.Zero(), scene);
  scene.defaultMaterial = new StandardMaterial("clay", scene);
  scene.clearColor.copyFrom(new Color3(0.05, 0.06, 0.12).toColor4());
  new HemisphericLight("sky", Vector3.Up(), scene).intensity = 0.4;
  CreateGround("ground", { width: 80, height: 80, subdivisions: 32 }, scene);
  for (let house = 0; house < HOUSES; house++) {
    const height = 4 + (house % 4);
    const box = CreateBox(`house ${house}`, { width: 4, depth: 5, height }, scene);
    box.position = onCircle(house / HOUSES, 24).add(new Vector3(0, height / 2, 0));
  }
  for (let lamp = 0; lamp < LAMPS; lamp++) {
    const light = new PointLight(`lamp ${lamp}`, onCircle(lamp / LAMPS, 8).add(new Vector3(0, 4, 0)), scene);
    light.range = 30;
  }
  const people = Array.from({ length: PEOPLE }, (_, person) => {
    const body = CreateCapsule(`person ${person}`, { height: 1.8, radius: 0.3 }, scene);
    body.position = onCircle(person / PEOPLE, 7).add(new Vector3(0, 0.9, 0));
    body.lookAt(new Vector3(0, 0.9, 0));
    return body;
  });
  return {
    scene,
    people,
    walkTo(seconds) {
      const turn = seconds / SECONDS_A_ROUND;
      camera.position = onCircle(turn, 4 + 2 * Math.sin(seconds / 3)).add(new Vector3(0, 1.7, 0));
      camera.setTarget(onCircle(turn + 0.2, 8).add(new Vector3(0, 1.5, 0)));
    },
  };
}

/** @param turn 1 is once round */
function onCircle(turn: number, radius: number): Vector3 {
  return new Vector3(radius * Math.sin(2 * Math.PI * turn), 0, radius * Math.cos(2 * Math.PI * turn));
}
