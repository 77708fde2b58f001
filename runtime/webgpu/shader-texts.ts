const files = import.meta.glob<string>("../../shaders/*.wgsl", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Text of every shader by name, as Vite bundles it; the built package has a plain table here (build.ts). */
export const SHADER_TEXTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(files).map(([path, text]) => [path.slice(path.lastIndexOf("/") + 1, -".wgsl".length), text]),
);
