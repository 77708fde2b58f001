import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** From the folder that may import least to the one that may import most: a layer sees itself and those before it. */
const LAYERS = ["shaders", "runtime/webgpu", "runtime", "plugin", "sample-game", "voice-lab"] as const;

const NEVER_NAME_A_BACKEND = ["runtime/text", "runtime/voice", "runtime/speech", "runtime/schedule"];
const BACKENDS = ["runtime/webgpu", "runtime/onnx"];
const BABYLON_ONLY_IN = ["plugin/babylon", "sample-game"];

interface Import {
  readonly from: string;
  readonly to: string;
}

function isIn(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((name) => name.endsWith(".ts"));
}

/** Relative imports as paths from the root, packages by name. */
function importsOf(from: string): Import[] {
  const source = readFileSync(join(root, from), "utf8");
  const found = source.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*|new URL\(\s*)"([^"]+)"/g);
  return [...found].map(([, name = ""]) => ({
    from,
    to: name.startsWith(".") ? relative(root, resolve(root, dirname(from), name)) : name,
  }));
}

const imports = ["runtime", "plugin", "sample-game", "voice-lab"].flatMap(sourcesIn).flatMap(importsOf);

/** The innermost layer a path belongs to; the whole runtime but webgpu/ counts as `runtime`. */
function layerOf(path: string): number {
  return LAYERS.findIndex((layer) => isIn(layer, path));
}

describe("import walls (DESIGN 2)", () => {
  it("finds the imports", () => {
    expect(imports).toContainEqual({ from: "runtime/speech/speak.ts", to: "runtime/backend.ts" });
    expect(imports.length).toBeGreaterThan(100);
  });

  it("no file imports from plugin/ or sample-game/ unless it is in the same layer or a later one", () => {
    const outward = imports.filter(
      ({ from, to }) => layerOf(to) > layerOf(from) && !(layerOf(from) === 1 && layerOf(to) === 2),
    );
    expect(outward).toEqual([]);
  });

  it("text, voice, speech and schedule name no concrete backend", () => {
    const named = imports.filter(
      ({ from, to }) =>
        NEVER_NAME_A_BACKEND.some((folder) => isIn(folder, from)) &&
        BACKENDS.some((folder) => isIn(folder, to)),
    );
    expect(named).toEqual([]);
  });

  it("only the Babylon glue and the sample game import Babylon", () => {
    const strangers = imports.filter(
      ({ from, to }) => to.startsWith("@babylonjs/") && !BABYLON_ONLY_IN.some((folder) => isIn(folder, from)),
    );
    expect(strangers).toEqual([]);
  });

  it("the runtime knows no ECS, no Babylon and no DOM package", () => {
    const packages = new Set(
      imports
        .filter(({ from }) => isIn("runtime", from) && !isIn("runtime/node", from))
        .map(({ to }) => to)
        .filter((to) => layerOf(to) < 0),
    );
    expect([...packages].toSorted()).toEqual(["cmu-pronouncing-dictionary", "onnxruntime-web"]);
  });
});
