import { createReadStream, existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { extname, join, normalize, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { ISOLATION_HEADERS } from "../browser.ts";

const ROOT = import.meta.dirname;
const WEIGHTS = resolve(ROOT, "../weights/small");
const ADDRESS = "/weights/small/";

/** Serves the shipped weights beside the page, and lays them beside the built one. */
function shippedWeights(): Plugin {
  let outDir = "";
  return {
    name: "shipped-weights",
    configResolved: (config) => {
      outDir = resolve(config.root, config.build.outDir);
    },
    configureServer(server) {
      server.middlewares.use(ADDRESS, (request, response, next) => {
        const path = normalize(decodeURIComponent((request.url ?? "/").split("?")[0]!));
        const file = join(WEIGHTS, path);
        if (!file.startsWith(WEIGHTS) || extname(file) === "" || !existsSync(file)) return next();
        response.setHeader(
          "Content-Type",
          file.endsWith(".json") ? "application/json" : "application/octet-stream",
        );
        createReadStream(file).pipe(response);
      });
    },
    async writeBundle() {
      await cp(WEIGHTS, join(outDir, ADDRESS), {
        recursive: true,
        filter: (source) => !source.includes("golden"),
      });
    },
  };
}

export default defineConfig({
  root: ROOT,
  publicDir: false,
  plugins: [shippedWeights()],
  worker: { format: "es" },
  // Found late, they would make the dev server load the page anew while the village starts.
  optimizeDeps: {
    include: ["onnxruntime-web", "cmu-pronouncing-dictionary", "bitecs", "bitecs/serialization"],
  },
  build: { outDir: resolve(ROOT, "../out/village"), emptyOutDir: true, target: "es2023" },
  server: { headers: ISOLATION_HEADERS, fs: { allow: [resolve(ROOT, "..")] } },
  preview: { headers: ISOLATION_HEADERS },
});
