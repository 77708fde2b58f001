/**
 * Builds the package: every module of plugin/ and runtime/ as JavaScript with its types, one to one, so that a game's
 * own bundler sees the workers, splits the code and leaves out what is not used. Shaders become strings.
 */
import { execFileSync } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

const DIST = "dist";

await rm(DIST, { recursive: true, force: true });
execFileSync("npx", ["tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
await nameBuiltWorkers();
await inlineShaders();

/** The compiler renames imports, not the addresses of workers. */
async function nameBuiltWorkers(): Promise<void> {
  const files = await readdir(DIST, { recursive: true });
  for (const file of files.filter((name) => name.endsWith(".js")).map((name) => join(DIST, name))) {
    const source = await readFile(file, "utf8");
    const renamed = source.replaceAll(/(new URL\("[^"]+)\.ts("\s*,\s*import\.meta\.url\))/g, "$1.js$2");
    if (renamed !== source) await writeFile(file, renamed);
  }
}

/** In place of the glob import that only Vite understands. */
async function inlineShaders(): Promise<void> {
  const names = (await readdir("shaders")).filter((name) => name.endsWith(".wgsl")).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join("shaders", name), "utf8")));
  const table = Object.fromEntries(names.map((name, index) => [basename(name, ".wgsl"), texts[index]]));
  await writeFile(
    join(DIST, "runtime/webgpu/shader-texts.js"),
    `export const SHADER_TEXTS = ${JSON.stringify(table, undefined, 1)};\n`,
  );
}
