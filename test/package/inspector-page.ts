/** A page of the new app that shows Babylon's Inspector with the Voice section. */
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPage, run } from "./fresh-app.ts";

/** The Inspector, and those of its peers that it cannot start without, every version of them pinned. */
const PACKAGES = join(import.meta.dirname, "inspector-packages");

const FOLDER = "inspector";

/** Kalliope finds beside itself in a game what lies beside the page here. The editors are loaded when they are opened. */
const CONFIG = `export default {
  base: "/${FOLDER}/",
  publicDir: false,
  resolve: { dedupe: ["@babylonjs/inspector", "react"] },
  build: {
    outDir: "../dist/${FOLDER}",
    emptyOutDir: true,
    rolldownOptions: { external: /^@babylonjs\\/(gui-editor|node-.*editor)/ },
  },
};`;

const PAGE = `<!doctype html>
<style>html, body, main { margin: 0; width: 100%; height: 100% }</style>
<main><canvas></canvas></main>
<script type="module" src="./main.ts"></script>`;

/** Sample rate of what is heard in the page, and of the model: so samples come out as they were made. */
export const HEARD_HZ = 16_000;

/** A guard whose mouth is bound to his head. What the test asks and does beside the page's controls is on the window. */
const GAME = `
import { CreateAudioEngineAsync } from "@babylonjs/core/AudioV2/webAudio/webAudioEngine.js";
import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import { Engine } from "@babylonjs/core/Engines/engine.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateCapsule } from "@babylonjs/core/Meshes/Builders/capsuleBuilder.js";
import { CreateSphere } from "@babylonjs/core/Meshes/Builders/sphereBuilder.js";
import { Scene } from "@babylonjs/core/scene.js";
import { SelectionServiceIdentity, ShowInspector } from "@babylonjs/inspector";
import { addComponent, addEntity, createWorld, set } from "bitecs";
import { createVoicePluginAsync, VoiceComponent } from "kalliope";
import { createVoiceInspector } from "kalliope/inspector";

const TAP = \`registerProcessor("tap", class extends AudioWorkletProcessor {
  process([[channel]]) {
    if (channel?.some((sample) => sample !== 0)) this.port.postMessage(channel);
    return true;
  }
})\`;

/** Blocks of all that reaches the speakers, but for silence. */
async function tapSpeakers(context, hear) {
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([TAP], { type: "text/javascript" })));
  const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  tap.port.onmessage = ({ data }) => hear(data);
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (to, ...ports) {
    if (to === context.destination) connect.call(this, tap);
    return connect.call(this, to, ...ports);
  };
}

try {
  const engine = new Engine(document.querySelector("canvas"));
  engine.setHardwareScalingLevel(8);
  const scene = new Scene(engine);
  const camera = new FreeCamera("camera", new Vector3(0, 1.8, 3), scene);
  camera.setTarget(new Vector3(0, 1.2, 0));
  new HemisphericLight("light", Vector3.Up(), scene);
  const body = CreateCapsule("guard", { height: 1.8, radius: 0.3 }, scene);
  const head = CreateSphere("head", { diameter: 0.4 }, scene);
  body.position.y = 0.9;
  head.position.y = 1;
  head.parent = body;
  engine.runRenderLoop(() => scene.render());
  const heard = [];
  const audioContext = new AudioContext({ sampleRate: ${HEARD_HZ} });
  await tapSpeakers(audioContext, (block) => heard.push(block));
  const audioEngine = await CreateAudioEngineAsync({ audioContext, disableDefaultUI: true });
  const world = createWorld();
  const voices = await createVoicePluginAsync(scene, world, { weights: "/weights/small/", backend: "worker", audioEngine });
  const guard = addEntity(world);
  addComponent(world, guard, set(VoiceComponent, { seed: 42 }));
  voices.bindMouth(guard, head);
  let selection;
  const selecting = {
    friendlyName: "Selecting for the test",
    consumes: [SelectionServiceIdentity],
    factory: (service) => void (selection = service),
  };
  ShowInspector(scene, {
    serviceDefinitions: [createVoiceInspector(voices), selecting],
    disableTeachingMoments: true,
    containerElement: document.querySelector("main"),
  });
  const ended = [];
  voices.onEnded.add(({ line, end }) => ended.push({ text: line.text, detail: line.detail, state: end.state, heardMs: end.heardMs }));
  window.game = {
    state: () => ({
      seedLo: VoiceComponent.seedLo[guard],
      seedHi: VoiceComponent.seedHi[guard],
      speed: VoiceComponent.speed[guard],
      record: head.metadata?.voice,
      ended,
    }),
    canSelect: () => selection !== undefined,
    select: (name) => (selection.selectedEntity = scene.getNodeByName(name)),
    heard: () => heard.flatMap((block) => [...block].filter((sample) => sample !== 0)),
    forget: () => (ended.length = heard.length = 0),
  };
  document.title = "ready";
} catch (error) {
  document.title = String(error);
}
`;

/**
 * Installs the Inspector into a folder of its own, so that the app stays as installing Kalliope left it, and builds the
 * page into the app's `dist`. Returns the page's path there.
 */
export async function buildInspectorPage(app: string): Promise<string> {
  const root = join(app, FOLDER);
  await cp(PACKAGES, root, { recursive: true });
  await Promise.all([
    writeFile(join(root, "index.html"), PAGE),
    writeFile(join(root, "main.ts"), GAME),
    writeFile(join(root, "vite.config.js"), CONFIG),
  ]);
  const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["ci", "--legacy-peer-deps", ...quietly], { cwd: root });
  await buildPage(app, FOLDER);
  return `${FOLDER}/`;
}
