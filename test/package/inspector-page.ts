/** A page of the new app that shows Babylon's Inspector with the Voice section. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { run } from "./fresh-app.ts";

/** The Inspector, and those of its peers that it cannot start without. */
const INSPECTOR = {
  "@babylonjs/inspector": "9.34.0",
  "@babylonjs/addons": "^9.0.0",
  "@babylonjs/gui": "^9.0.0",
  "@babylonjs/loaders": "^9.0.0",
  "@babylonjs/materials": "^9.0.0",
  "@babylonjs/serializers": "^9.0.0",
  "@fluentui-contrib/react-resize-handle": "^0.8.4",
  "@fluentui-contrib/react-virtualizer": "^1.0.0",
  "@fluentui/react-charts": "^9.3.25",
  "@fluentui/react-components": "^9.70.0",
  "@fluentui/react-icons": "^2.0.310",
  "@fluentui/react-motion-components-preview": "^0.15.2",
  "@fluentui/react-utilities": "^9.26.2",
  react: "^18.0.0",
  "react-dom": "^18.0.0",
  "usehooks-ts": "^3.1.1",
};

/** Editors that the Inspector loads when they are opened. */
const NOT_INSTALLED = /^@babylonjs\/(gui-editor|node-.*editor)/;

const PAGE = `<!doctype html>
<style>html, body, main, canvas { margin: 0; width: 100%; height: 100% }</style>
<main><canvas></canvas></main>
<script type="module" src="/inspector.ts"></script>`;

/** A guard whose mouth is bound to his head; what the test needs of it is on the window. */
const GAME = `
import { Engine } from "@babylonjs/core/Engines/engine.js";
import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { CreateCapsule } from "@babylonjs/core/Meshes/Builders/capsuleBuilder.js";
import { CreateSphere } from "@babylonjs/core/Meshes/Builders/sphereBuilder.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
import { ShowInspector } from "@babylonjs/inspector";
import { addComponent, addEntity, createWorld, set } from "bitecs";
import { createVoicePluginAsync, VoiceComponent } from "kalliope";
import { createVoiceInspector } from "kalliope/inspector";

try {
  const engine = new Engine(document.querySelector("canvas"));
  const scene = new Scene(engine);
  new FreeCamera("camera", new Vector3(0, 1.6, -5), scene);
  new HemisphericLight("light", Vector3.Up(), scene);
  const body = CreateCapsule("guard", { height: 1.8, radius: 0.3 }, scene);
  const head = CreateSphere("head", { diameter: 0.4 }, scene);
  body.position.y = 0.9;
  head.position.y = 1;
  head.parent = body;
  engine.runRenderLoop(() => scene.render());
  const world = createWorld();
  const voices = await createVoicePluginAsync(scene, world, { weights: "/weights/small/", backend: "worker" });
  const guard = addEntity(world);
  addComponent(world, guard, set(VoiceComponent, { seed: 42 }));
  voices.bindMouth(guard, head);
  const containerElement = document.querySelector("main");
  ShowInspector(scene, { serviceDefinitions: [createVoiceInspector(voices)], containerElement });
  let loudest = 0;
  scene.onAfterRenderObservable.add(() => (loudest = Math.max(loudest, voices.levelOf(guard))));
  const ended = [];
  voices.onEnded.add(({ line, end }) => ended.push({ text: line.text, state: end.state, heardMs: end.heardMs }));
  window.game = {
    state: () => ({
      seedLo: VoiceComponent.seedLo[guard],
      seedHi: VoiceComponent.seedHi[guard],
      record: head.metadata?.voice,
      loudest,
      ended,
    }),
    forget: () => (ended.length = loudest = 0),
  };
  document.title = "ready";
} catch (error) {
  document.title = String(error);
}
`;

/** Installs the Inspector beside the game and builds its page; returns the folder that holds it. */
export async function buildInspectorPage(app: string): Promise<string> {
  const packages = Object.entries(INSPECTOR).map(([name, range]) => `${name}@${range}`);
  await run(
    "npm",
    [
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      "--legacy-peer-deps",
      "--ignore-scripts",
      ...packages,
    ],
    { cwd: app },
  );
  await writeFile(join(app, "inspector.html"), PAGE);
  await writeFile(join(app, "inspector.ts"), GAME);
  const outDir = join(app, "dist-inspector");
  await build({
    root: app,
    configFile: false,
    logLevel: "error",
    build: {
      outDir,
      target: "es2023",
      minify: false,
      rolldownOptions: { input: join(app, "inspector.html"), external: NOT_INSTALLED },
    },
  });
  return outDir;
}
