/** A game made by somebody else: a folder with the packed package, Babylon and Vite installed from scratch. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
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
import { createVoicePluginAsync, VoiceComponent } from "kalliope";

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
  const words: string[] = [];
  const line = voices.speak(guard, "Halt! Who goes there?");
  line.onWord.add(({ text }) => words.push(text));
  const end = await line.finished;
  document.title = JSON.stringify({ state: end.state, heardMs: end.heardMs, detail: line.detail, words });
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
  await run("npx", ["vite", "build", "--target", "es2023", "--logLevel", "error"], { cwd: app });
  return app;
}
