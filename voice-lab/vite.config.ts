import { resolve } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  worker: { format: "es" },
  cacheDir: resolve(import.meta.dirname, "../node_modules/.vite/voice-lab"),
  // Found late, they would make the dev server load the page anew while it starts.
  optimizeDeps: { include: ["onnxruntime-web", "cmu-pronouncing-dictionary"] },
  build: { outDir: resolve(import.meta.dirname, "../out/voice-lab"), emptyOutDir: true, target: "es2023" },
  server: { fs: { allow: [resolve(import.meta.dirname, "..")] } },
});
