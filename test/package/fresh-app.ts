/** A game made by somebody else: a folder with the packed package, Babylon and Vite installed from scratch. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

export const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");

const PAGE = `<!doctype html><canvas id="canvas" width="64" height="64"></canvas><script type="module" src="/main.ts"></script>`;

/** What the README's example does, and what came of it as the page's title. */
const GAME = `
import { Engine } from "@babylonjs/core/Engines/engine.js";
import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
import { addComponent, addEntity, createWorld, set } from "bitecs";
import {
  attachVoiceInspectables, blend, castVoices, createCast, createVoicePluginAsync, createVoicePreview, describeVoice, findSeed,
  observeVoices, readVoiceRecord, recordVoice, restoreVoice, variant, VoiceComponent, voiceLike,
} from "kalliope";
import * as runtime from "kalliope/runtime";

try {
  const engine = new Engine(document.querySelector("canvas"));
  const scene = new Scene(engine);
  new FreeCamera("camera", Vector3.Zero(), scene);
  engine.runRenderLoop(() => scene.render());
  const world = createWorld();
  const voices = await createVoicePluginAsync(scene, world, { weights: "/weights/small/", backend: "worker" });
  const guard = addEntity(world);
  addComponent(world, guard, set(VoiceComponent, { seed: 42 }));
  voices.bindMouth(guard, new TransformNode("head", scene));
  const { speaker } = voices.manifest;
  const wished = voiceLike({ pitch: "deep" }, 42, speaker);
  const kept = restoreVoice(readVoiceRecord(JSON.stringify(recordVoice({ seed: 42, wish: { pitch: "deep" } }, speaker))), speaker);
  const tools = {
    wished: describeVoice(wished.latent, speaker).words.pitch,
    found: describeVoice(findSeed({ pitch: "high" }, 42, speaker).seed, speaker).words.pitch,
    kept: kept.same && kept.latent.every((value, dim) => value === wished.latent[dim]),
    mixed: blend(1, 2, 0.5, speaker).length === variant(wished, 1, speaker).latent.length,
    cast: castVoices(5, {}, 7, speaker).report.tooNear.length,
    assigned: createCast(speaker, { seed: 7 }).assign("smith").distinct,
    sides: createVoicePreview({ synthesizer: { manifest: voices.manifest, speak: () => [] } }).state.side,
    fields: (() => {
      const node = new TransformNode("node", scene);
      attachVoiceInspectables(node, { voices, manifest: voices.manifest, eid: guard });
      return node.inspectableCustomProperties.length > 5;
    })(),
    observing: typeof observeVoices(world),
    runtime: runtime.describeVoice === describeVoice && runtime.castVoices === castVoices,
  };
  const words: string[] = [];
  const line = voices.speak(guard, "Halt! Who goes there?");
  line.onWord.add(({ text }) => words.push(text));
  const end = await line.finished;
  document.title = JSON.stringify({ state: end.state, heardMs: end.heardMs, detail: line.detail, words, tools });
} catch (error) {
  document.title = JSON.stringify({ error: String(error) });
}
`;

async function packageJson(): Promise<{ devDependencies: Record<string, string> }> {
  return JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
}

/** Packs the package, installs it into a new app and builds that. Returns the app's folder. */
export async function buildFreshApp(): Promise<string> {
  const app = await mkdtemp(join(tmpdir(), "kalliope-app-"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", app], {
    cwd: ROOT,
    maxBuffer: 2 ** 26,
  });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as [{ filename: string }];
  const { devDependencies } = await packageJson();
  const dependencies = {
    kalliope: `file:${packed.filename}`,
    bitecs: "*",
    "@babylonjs/core": devDependencies["@babylonjs/core"],
    vite: devDependencies["vite"],
  };
  await mkdir(join(app, "public/weights"), { recursive: true });
  await Promise.all([
    writeFile(join(app, "package.json"), JSON.stringify({ private: true, type: "module", dependencies })),
    writeFile(join(app, "index.html"), PAGE),
    writeFile(join(app, "main.ts"), GAME),
  ]);
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: app });
  await cp(join(app, "node_modules/kalliope/weights/small"), join(app, "public/weights/small"), {
    recursive: true,
  });
  await buildPage(app, ".");
  return app;
}

/** Builds a page of the app as players get it: the test runner's own NODE_ENV would bring in what is made for development. */
export async function buildPage(app: string, folder: string): Promise<void> {
  const env = { ...process.env, NODE_ENV: "production" };
  await run("npx", ["vite", "build", folder, "--target", "es2023", "--logLevel", "error"], { cwd: app, env });
}
