/** How the pages of this repository are served, and the Chromium that tests and benches open them in. */

/** Cross-origin isolation, which WASM threads need. */
export const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export const CHROMIUM_PATH = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Without a window, with WebGPU and sound. */
const FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-networking",
];

/** On the machine's GPU. */
export const HARDWARE_FLAGS: readonly string[] = [...FLAGS, "--use-angle=vulkan", "--ignore-gpu-blocklist"];

/** On SwiftShader, where measured times are the browser's own. */
export const SOFTWARE_FLAGS: readonly string[] = [
  ...FLAGS,
  "--use-webgpu-adapter=swiftshader",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--disable-vulkan-surface",
];

/** Kernels write workgroup memory before they read it; clearing it makes compiling on SwiftShader 20 times longer. */
export const QUICK_COMPILING = "--enable-dawn-features=disable_workgroup_init";

/** A microphone that plays a WAV file over and over and is allowed without asking. */
export function fakeMicrophoneFlags(wavPath: string): string[] {
  return [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-audio-capture=${wavPath}`,
  ];
}
